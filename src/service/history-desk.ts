import type { HistoryProgress } from '../history/source-history.ts';
import { ask, BadRequest } from './control.ts';

/** What can be asked of the history of a service that runs. */
export interface HistoryDesk {
  /** By source. */
  progress(): readonly HistoryProgress[];
  /** Begins to make anew all that the journal keeps; the log says when that is done. */
  rebuild(): Promise<void>;
}

/** That of a service that keeps one. @throws {BadRequest} where it keeps none. */
export function historyDesk(history: HistoryDesk | undefined): HistoryDesk {
  if (history === undefined) throw new BadRequest('this service keeps no history: history.enabled is false');
  return history;
}

/** How far the history of a service is, asked through its control socket. */
export async function remoteProgress(socket: string): Promise<readonly HistoryProgress[]> {
  return (await ask(socket, 'GET', '/history')) as HistoryProgress[];
}

/** Has a service make its history anew. */
export async function remoteRebuild(socket: string): Promise<void> {
  await ask(socket, 'POST', '/history/rebuild', {});
}

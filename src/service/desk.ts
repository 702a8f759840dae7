import { BadRequest } from './control.ts';
import type { Changed, KeptDeadLetter } from '../journal/dead-letters.ts';
import type { ReplayState } from '../journal/replays.ts';
import type { OutboxState } from '../outbox/status.ts';

/** How one outbox stands, for a person. */
export interface OutboxRow {
  readonly name: string;
  /** `stopped`: no service runs. */
  readonly state: OutboxState | 'stopped';
  readonly since: string | undefined;
  readonly reason: string | undefined;
  readonly remedy: string | undefined;
  readonly waiting: number;
  /** When the oldest letter that waits was received. */
  readonly oldestAt: string | undefined;
  /** When nothing will be waiting any more at the present rate, in milliseconds from now. */
  readonly drainedInMs: number | undefined;
  /** A kept period that is being sent once more. */
  readonly replay: ReplayState | undefined;
  readonly delivered: number;
  readonly thinned: number;
  readonly dropped: number;
  readonly dead: number;
  /** Set aside until the letters behind them tell whether they are to blame, or the server. */
  readonly aside: number;
}

/** A dead letter, or one that is only set aside, without its telegram. */
export interface DeadRow {
  readonly id: number;
  readonly endpoint: string;
  readonly receivedAt: string;
  readonly buriedAt: string;
  readonly reason: string;
  /** True once somebody asked to send it again. */
  readonly retry: boolean;
  readonly aside: boolean;
}

/** Which dead letters are listed next: those behind a number, a page at a time. */
interface DeadAsk {
  /** Undefined: of all. */
  readonly endpoint: string | undefined;
  readonly after: number;
}

/** Which dead letters of an endpoint; all where no ids are given. */
export interface Choice {
  readonly endpoint: string;
  readonly ids?: readonly number[] | undefined;
}

/**
 * What a person can do with outboxes. One shape, whether the service that runs does it, or, where none runs, the
 * command itself in the files.
 */
export interface Desk {
  list(): Promise<OutboxRow[]>;
  /** The next of them by number; none where there are no more. */
  dead(ask: DeadAsk): Promise<DeadRow[]>;
  /** Dead letters are to be sent again. */
  retry(choice: Choice): Promise<Changed>;
  /** Dead letters are forgotten. */
  drop(choice: Choice): Promise<Changed>;
}

/** Their telegrams come along from the disk: more at once would keep the journal's thread busy. */
export const DEAD_PAGE = 100;

/** The one of this name. @throws {BadRequest} where there is none. */
export function findEndpoint<T extends { readonly name: string }>(name: string, all: readonly T[]): T {
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new BadRequest(`no endpoint ${name}; there is: ${all.map((one) => one.name).join(', ') || 'none'}`);
}

export function toDeadRow({ id, endpoint, at, buriedAt, reason, retry, aside }: KeptDeadLetter): DeadRow {
  const [receivedAt, since] = [new Date(at).toISOString(), new Date(buriedAt).toISOString()];
  return { id, endpoint, receivedAt, buriedAt: since, reason, retry, aside };
}

export function toStamp(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}

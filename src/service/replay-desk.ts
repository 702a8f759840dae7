import type { Journal } from '../journal/journal.ts';
import type { ReplayPlan, ReplayState } from '../journal/replays.ts';
import { ask, BadRequest } from './control.ts';
import { findEndpoint } from './desk.ts';
import { findOutbox, type Ends } from './ends.ts';
import type { JournalFiles } from './file-desk.ts';

/** A replay that somebody wants. */
export interface ReplayWish extends ReplayPlan {
  /** Only say what it would be. */
  readonly isDry: boolean;
}

/** A replay, with how many telegrams its period holds. */
export type ReplayRow = ReplayState & { readonly letters: number };

/** What a person can do with replays: one shape, whether a service runs or not. */
export interface ReplayDesk {
  /** @throws {BadRequest} where the endpoint is unknown, or has a replay under way. */
  begin(wish: ReplayWish): Promise<ReplayRow>;
  /** @returns how far it came; null where none was under way. */
  end(endpoint: string): Promise<ReplayState | null>;
}

/** The desk of the service that runs. */
export function liveReplayDesk(journal: Journal, ends: Ends): ReplayDesk {
  return {
    async begin({ isDry, ...plan }) {
      const outbox = findOutbox(plan.endpoint, ends);
      if (!isDry) refuseSecond(await journal.replay(outbox.name));
      const row = await journal.startReplay(plan, isDry);
      if (!isDry) outbox.replayChanged();
      return row;
    },
    async end(endpoint) {
      const outbox = findOutbox(endpoint, ends);
      const ended = await journal.endReplay(outbox.name);
      outbox.replayChanged();
      return ended ?? null;
    },
  };
}

/** The desk where no service runs: the next one that starts begins the replay. */
export function fileReplayDesk(files: JournalFiles): ReplayDesk {
  return {
    begin: ({ isDry, ...plan }) =>
      files.change((store) => {
        const { name } = findEndpoint(plan.endpoint, store.cursors.state());
        if (!isDry) refuseSecond(store.replays.of(name));
        return store.startReplay(plan, isDry);
      }),
    end: (endpoint) =>
      files.change((store) => store.endReplay(findEndpoint(endpoint, store.cursors.state()).name) ?? null),
  };
}

/** The desk of a service that runs, asked through its control socket. */
export function remoteReplayDesk(socket: string): ReplayDesk {
  return {
    begin: async (wish) => (await ask(socket, 'POST', '/replay', wish)) as ReplayRow,
    end: async (endpoint) => (await ask(socket, 'POST', '/replay/end', { endpoint })) as ReplayState | null,
  };
}

/** What came through the socket as a wish. @throws {BadRequest} */
export function toReplayWish(body: unknown): ReplayWish {
  const { endpoint, fromAt, toAt, intervalMs, rate, isDry } = (body ?? {}) as Readonly<Record<string, unknown>>;
  const numbers = [fromAt, toAt, intervalMs].every((value) => Number.isFinite(value));
  const isRate = rate === 'adaptive' || rate === 'off' || (typeof rate === 'number' && rate > 0);
  if (typeof endpoint !== 'string' || !numbers || !isRate || typeof isDry !== 'boolean')
    throw new BadRequest('expected the name of an endpoint, a period, an interval and a rate');
  const [from, to, interval] = [Number(fromAt), Number(toAt), Number(intervalMs)];
  return { endpoint, fromAt: from, toAt: to, intervalMs: interval, rate, isDry };
}

function refuseSecond(underWay: ReplayState | undefined): void {
  if (underWay === undefined) return;
  const { endpoint, sent, found, position, last } = underWay;
  throw new BadRequest(
    `a replay to ${endpoint} is under way (${sent} sent, ${found} were there, about ${last - position} to go); wait for it, or end it with --cancel`,
  );
}

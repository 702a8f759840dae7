import type { OutboxRow } from '../service/desk.ts';
import type { OutboxStatus } from '../outbox/status.ts';
import type { RouteParts } from './route-parts.ts';

/** How an endpoint stands, for people. */
export interface Standing {
  readonly name: string;
  readonly type: string;
  readonly status: 'green' | 'amber' | 'red';
  readonly state: string;
  readonly since: string | null;
  readonly url: string | null;
  readonly queue: number;
  readonly oldest: string | null;
  readonly usage_percent: number;
  readonly delivered: number;
  readonly dead_letters: number;
  readonly dropped: number;
  readonly thinned: number;
  readonly duplicates_avoided: number;
  readonly retries: number;
  readonly last_ok: string | null;
  readonly last_error: string | null;
}

/** Telegrams come and go within the second: only what waits for longer is a backlog. */
const BACKLOG = 10;

/** How every endpoint of the configuration stands. @throws {Problem} */
export async function standings({ office, settings }: Pick<RouteParts, 'office' | 'settings'>): Promise<Standing[]> {
  const [{ endpoints }, rows] = await Promise.all([office.ask('health', {}), office.ask('outboxes', {})]);
  return settings.endpoints.flatMap((place) => {
    const status = endpoints.find(({ name }) => name === place.name);
    const row = rows.find(({ name }) => name === place.name);
    if (status === undefined || row === undefined) return [];
    return [
      {
        name: place.name,
        type: place.type,
        url: place.origin ?? null,
        ...ofStatus(status),
        ...ofRow(row, settings.keepMs),
      },
    ];
  });
}

function ofStatus(status: OutboxStatus) {
  const { state, since, found, retries, lastTakenAt, reason } = status;
  return {
    status: lightOf(status),
    state,
    since: since.toISOString(),
    duplicates_avoided: found,
    retries,
    last_ok: lastTakenAt?.toISOString() ?? null,
    last_error: reason ?? null,
  };
}

function ofRow(
  { waiting: queue, oldestAt, delivered, dead: dead_letters, dropped, thinned }: OutboxRow,
  keepMs: number,
) {
  const waitedMs = oldestAt === undefined ? 0 : Math.max(0, Date.now() - Date.parse(oldestAt));
  const usage_percent = Math.round((1_000 * waitedMs) / keepMs) / 10;
  return { queue, oldest: oldestAt ?? null, usage_percent, delivered, dead_letters, dropped, thinned };
}

/** How it goes now: what was lost for good stands in its own numbers, and need not be lost again. */
function lightOf({ state, waiting }: OutboxStatus): Standing['status'] {
  if (state === 'paused') return 'red';
  return state === 'later' || state === 'verifying' || waiting > BACKLOG ? 'amber' : 'green';
}

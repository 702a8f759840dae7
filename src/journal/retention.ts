import type { Database } from '../storage/sqlite.ts';
import type { Cursors } from './cursors.ts';

/** How much of the past the journal holds. */
export interface Limits {
  /** What every endpoint has is kept for replay up to this age, in milliseconds… */
  readonly keepMs: number;
  /** …and up to this many bytes. */
  readonly keepBytes: number;
  /** Over this the endpoint that lags most loses its oldest letters, counted. */
  readonly maxBytes: number;
}

interface OldRow {
  readonly seq: number;
  readonly source: number;
  readonly at: number;
}

/** How many rows one commit deletes at most: a card takes it in well under a second. */
const CHUNK = 1_000;
/** Letters that a laggard loses at a time: no more than it must. */
const LAGGARD_CHUNK = 100;
/** What one call deletes at most; the next call, a minute later, goes on. */
const ROUNDS = 20;
/** A file with this little in it is written anew instead of kept large for ever. */
const EMPTY_SHARE = 0.05;
const WORTH_SHRINKING_BYTES = 64e6;

/** Bytes of the database in use; the file may be larger, its free pages are used first. */
export function usedBytes(db: Database): number {
  return (pragma(db, 'page_count') - pragma(db, 'freelist_count')) * pragma(db, 'page_size');
}

/** Bytes that can be written without the file growing. */
export function freeInsideBytes(db: Database): number {
  return pragma(db, 'freelist_count') * pragma(db, 'page_size');
}

/**
 * Lets go of the oldest rows: first what every endpoint has and is over age or size, then, over `maxBytes`, what the
 * laggards still needed. The newest row always stays.
 *
 * @returns how many letters each endpoint lost.
 */
export function reclaim(
  db: Database,
  cursors: Cursors,
  limits: Limits & { head: number },
  wallMs: number,
  commit: (work: () => void) => void,
): Map<string, number> {
  const lost = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const going = toGo(db, cursors.lowest(limits.head), limits, wallMs);
    const last = going.at(-1);
    if (last === undefined) break;
    commit(() => {
      for (const [name, count] of cursors.drop(going)) lost.set(name, (lost.get(name) ?? 0) + count);
      db.prepare('DELETE FROM telegram WHERE seq <= ?').run(last.seq);
    });
  }
  shrink(db);
  return lost;
}

/** The next rows to go, oldest first; none once every limit holds. */
function toGo(db: Database, needed: number, limits: Limits & { head: number }, wallMs: number): OldRow[] {
  const rows = oldest(db, limits.head);
  const bytes = usedBytes(db);
  const before = bytes > limits.keepBytes ? Infinity : wallMs - limits.keepMs;
  const firstKept = rows.findIndex(({ seq, at }) => seq > needed || at >= before);
  const spare = firstKept === -1 ? rows : rows.slice(0, firstKept);
  if (spare.length > 0 || bytes <= limits.maxBytes) return spare;
  return rows.slice(0, LAGGARD_CHUNK);
}

function oldest(db: Database, head: number): OldRow[] {
  return db
    .prepare<[number, number], OldRow>('SELECT seq, source, at FROM telegram WHERE seq < ? ORDER BY seq LIMIT ?')
    .all(head, CHUNK);
}

function shrink(db: Database): void {
  const fileBytes = pragma(db, 'page_count') * pragma(db, 'page_size');
  if (fileBytes > WORTH_SHRINKING_BYTES && usedBytes(db) < fileBytes * EMPTY_SHARE) db.exec('VACUUM');
}

function pragma(db: Database, name: string): number {
  return Number(db.pragma(name, { simple: true }));
}

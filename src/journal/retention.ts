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
/** A file this large with this little in it is written anew, by way of memory, instead of kept large for ever. */
const WORTH_SHRINKING_BYTES = 64e6;
const LITTLE_BYTES = 3e6;

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
 * laggard still needed. The newest row always stays.
 */
export function reclaim(
  db: Database,
  cursors: Cursors,
  limits: Limits,
  wallMs: number,
  commit: (work: () => void) => void,
): void {
  for (let round = 0; round < ROUNDS; round++) {
    const going = toGo(db, cursors, limits, wallMs);
    const last = going.at(-1);
    if (last === undefined) break;
    commit(() => {
      cursors.drop(going);
      db.prepare('DELETE FROM telegram WHERE seq <= ?').run(last.seq);
    });
  }
  shrink(db);
}

/** The next rows to go, oldest first; none once every limit holds. */
function toGo(db: Database, cursors: Cursors, limits: Limits, wallMs: number): readonly OldRow[] {
  const rows = oldest(db);
  const needed = cursors.lowest();
  const bytes = usedBytes(db);
  const before = bytes > limits.keepBytes ? Infinity : wallMs - limits.keepMs;
  const spare = upTo(rows, ({ seq, at }) => seq <= needed && at < before);
  if (spare.length > 0 || bytes <= limits.maxBytes) return spare;
  return neededByLaggard(rows, cursors);
}

/** What only the endpoint that lags most still needs. */
function neededByLaggard(rows: readonly OldRow[], cursors: Cursors): readonly OldRow[] {
  const needed = cursors.lowest(rows[0]?.seq);
  return upTo(rows.slice(0, LAGGARD_CHUNK), ({ seq }) => seq <= needed);
}

function upTo(rows: readonly OldRow[], goes: (row: OldRow) => boolean): readonly OldRow[] {
  const firstKept = rows.findIndex((row) => !goes(row));
  return firstKept === -1 ? rows : rows.slice(0, firstKept);
}

function oldest(db: Database): OldRow[] {
  return db
    .prepare<[number], OldRow>(
      'SELECT seq, source, at FROM telegram WHERE seq < (SELECT max(seq) FROM telegram) ORDER BY seq LIMIT ?',
    )
    .all(CHUNK);
}

function shrink(db: Database): void {
  const fileBytes = pragma(db, 'page_count') * pragma(db, 'page_size');
  if (fileBytes > WORTH_SHRINKING_BYTES && usedBytes(db) < LITTLE_BYTES) db.exec('VACUUM');
}

function pragma(db: Database, name: string): number {
  return Number(db.pragma(name, { simple: true }));
}

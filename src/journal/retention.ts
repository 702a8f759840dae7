import type { Database } from '../storage/sqlite.ts';
import type { Ages } from './ages.ts';
import type { DeadLetters, Forgotten } from './dead-letters.ts';
import type { Replays } from './replays.ts';
import { Thinner, type ThinnerParts } from './thinner.ts';

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
/** Of these so many may thin, which takes longer than to delete. */
const ROUNDS_OF_THINNING = 4;
/** So much larger than its limit the file may become before the next call: there SQLite itself ends it. */
export const OVERSHOOT = 1.01;
/** A file this large with this little in it is written anew, by way of memory, instead of kept large for ever. */
const WORTH_SHRINKING_BYTES = 64e6;
const LITTLE_BYTES = 3e6;

/** Bytes of the database in use; the file may be larger, its free pages are used first. */
export function usedBytes(db: Database): number {
  return (db.pragma('page_count') - db.pragma('freelist_count')) * db.pragma('page_size');
}

/** Bytes of the database file, without its -wal. */
export function fileBytes(db: Database): number {
  return db.pragma('page_count') * db.pragma('page_size');
}

/** Bytes that can be written without the file growing. */
export function freeInsideBytes(db: Database): number {
  return db.pragma('freelist_count') * db.pragma('page_size');
}

export interface RetentionParts extends ThinnerParts {
  readonly ages: Ages;
  readonly dead: DeadLetters;
  readonly replays: Pick<Replays, 'lowest'>;
  readonly limits: Limits;
}

/**
 * Lets go of rows: first of the oldest what every endpoint has and is over age or size; then, over `maxBytes`, what a
 * thinned backlog can do without; then the oldest of what the laggard still needs; then the oldest dead letters. The newest row always stays.
 */
export class Retention {
  readonly #parts: RetentionParts;
  readonly #thinner: Thinner;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
    this.#thinner = new Thinner(parts);
  }

  /**
   * @param wallMs milliseconds since 1970; Infinity where nothing is to be kept for its age.
   * @param roomBytes what is about to be written, and must fit.
   */
  reclaim(wallMs: number, roomBytes: number): void {
    const { db, limits } = this.#parts;
    let thinning = ROUNDS_OF_THINNING;
    for (let round = 0; round < ROUNDS; round++) {
      const bytes = usedBytes(db) + roomBytes;
      if (this.#letGo(this.#spare(wallMs, bytes))) continue;
      if (bytes <= limits.maxBytes) break;
      if (thinning-- > 0 && this.#thinner.thinNext()) continue;
      // What waits to be written does not wait for a long thinning.
      const isPressed = bytes > limits.maxBytes * OVERSHOOT;
      if (thinning < 0 && !isPressed) break;
      if (!this.#letGo(this.#neededByLaggard()) && !this.#forgetDead()) break;
    }
    shrink(db);
  }

  #letGo(rows: readonly OldRow[]): boolean {
    const { db, cursors, commit } = this.#parts;
    const last = rows.at(-1);
    if (last === undefined) return false;
    commit(() => {
      cursors.drop(rows);
      db.prepare('DELETE FROM telegram WHERE seq <= ?').run(last.seq);
    });
    return true;
  }

  /** Where nothing but dead letters takes the room, one more could not even be kept, and its endpoint would stand still. */
  #forgetDead(): boolean {
    const { cursors, dead, commit } = this.#parts;
    let forgotten: Forgotten | undefined;
    commit(() => {
      forgotten = dead.forgetOldest();
      if (forgotten !== undefined) cursors.forgotten(forgotten);
    });
    return forgotten !== undefined;
  }

  /** What every endpoint has, as far as it is over age or size. */
  #spare(wallMs: number, bytes: number): readonly OldRow[] {
    const { db, cursors, replays, limits } = this.#parts;
    // A replay keeps its period from growing too old, but not the journal from its limit.
    const needed = Math.min(cursors.lowest(), bytes > limits.maxBytes ? Infinity : replays.lowest());
    const isOver = wallMs === Infinity || bytes > Math.min(limits.keepBytes, limits.maxBytes);
    const spare = upTo(oldest(db), ({ seq }) => seq <= needed);
    return isOver ? spare : this.#parts.ages.outdated(spare, limits.keepMs, wallMs);
  }

  /** What only the endpoint that lags most still needs. */
  #neededByLaggard(): readonly OldRow[] {
    const rows = oldest(this.#parts.db).slice(0, LAGGARD_CHUNK);
    const needed = this.#parts.cursors.lowest(rows[0]?.seq);
    return upTo(rows, ({ seq }) => seq <= needed);
  }
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
  if (fileBytes(db) > WORTH_SHRINKING_BYTES && usedBytes(db) < LITTLE_BYTES) db.exec('VACUUM');
}

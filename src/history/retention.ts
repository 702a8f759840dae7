import type { Database } from '../storage/sqlite.ts';

/** So many rows are deleted at a time. */
const SLICE = 500;

interface Kept {
  readonly meter: number;
  readonly oldest: number;
  readonly newest: number;
}

/**
 * Lets go of minutes that are older than is to be kept, seen from the newest minute of their meter: no clock that is wrong deletes
 * anything. Their hours stay.
 */
export class Retention {
  readonly #keepS: number;
  readonly #meters;
  readonly #boundary;
  readonly #minutes;
  readonly #oldestId;
  readonly #expire;
  readonly #troubles;

  constructor(db: Database, keepS: number) {
    this.#keepS = keepS;
    this.#meters = db.prepare<[], Kept>(
      `SELECT key AS meter, (SELECT min(end_at) FROM minute WHERE meter = key) AS oldest,
        (SELECT max(end_at) FROM minute WHERE meter = key) AS newest FROM meter`,
    );
    this.#boundary = db.prepare<[number, number], { end_at: number | null }>(
      'SELECT max(end_at) AS end_at FROM minute WHERE meter = ? AND end_at <= ?',
    );
    this.#minutes = db.prepare<[number, number, number], { id: number }>(
      'DELETE FROM minute WHERE id IN (SELECT id FROM minute WHERE meter = ? AND end_at < ? ORDER BY end_at LIMIT ?) RETURNING id',
    );
    this.#oldestId = db.prepare<[], { id: number | null }>('SELECT min(id) AS id FROM minute');
    this.#expire = db.prepare<[number]>(
      "INSERT INTO meta VALUES ('expired', ?) ON CONFLICT DO UPDATE SET value = max(value, excluded.value)",
    );
    this.#troubles = db.prepare<[number, number]>(
      'DELETE FROM trouble WHERE rowid IN (SELECT rowid FROM trouble WHERE at < ? LIMIT ?)',
    );
  }

  /** @returns whether there is more to let go of. */
  tidy(): boolean {
    const meters = this.#meters.all().filter(({ newest }) => (newest as number | null) !== null);
    const newest = Math.max(...meters.map((meter) => meter.newest), -Infinity);
    if (Number.isFinite(newest)) this.#troubles.run(newest - this.#keepS, SLICE);
    return meters.map((meter) => this.#tidyMeter(meter)).includes(true);
  }

  /** The last record before the first hour that is kept stays: what that hour used is seen from there. */
  #tidyMeter({ meter, oldest, newest }: Kept): boolean {
    const hour = 3_600 * Math.floor((newest - this.#keepS) / 3_600);
    if (oldest >= hour) return false;
    const boundary = this.#boundary.get(meter, hour)?.end_at;
    if (boundary === null || boundary === undefined || oldest >= boundary) return false;
    const ids = this.#minutes.all(meter, boundary, SLICE).map(({ id }) => id);
    this.#note(ids);
    return ids.length === SLICE;
  }

  /** Who asks from one of these on is told that they are gone. A late minute, whose id lies above some that stay, does not count. */
  #note(ids: readonly number[]): void {
    const oldest = this.#oldestId.get()?.id ?? Infinity;
    const below = ids.filter((id) => id < oldest);
    if (below.length > 0) this.#expire.run(Math.max(...below));
  }
}

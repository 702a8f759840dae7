import type { Checksum } from '../telegram/telegram.ts';
import type { Database } from '../storage/sqlite.ts';
import { pack, unpack } from './codec.ts';
import { CHECKSUMS } from './schema.ts';

/** A letter that its endpoint refused for good. */
export interface DeadLetter {
  readonly seq: number;
  readonly source: string;
  readonly at: number;
  readonly checksum: Checksum;
  /** Undefined where its row in the journal was damaged. */
  readonly raw: Uint8Array | undefined;
  readonly buriedAt: number;
  readonly reason: string;
}

/** A dead letter as it is kept, under a number of its own. */
export interface KeptDeadLetter extends DeadLetter {
  readonly id: number;
  readonly endpoint: string;
  /** True once it is to be sent again: somebody asked for it, or it was set aside and goes before all others. */
  readonly retry: boolean;
  /** True while the letters behind it have yet to tell whether it is to blame, or the far side. */
  readonly aside: boolean;
}

/** What became of a wish about dead letters. */
export interface Changed {
  readonly count: number;
  /** Numbers that were named, and are none of a dead letter of this endpoint. */
  readonly missing: readonly number[];
}

/** The oldest go when an endpoint has more: a mis-set server must not fill the disk with them. */
export const MOST_DEAD = 1_000;
const FORGOTTEN_AT_A_TIME = 100;

/** So many dead letters of an endpoint are kept no more. */
export interface Forgotten {
  readonly endpoint: string;
  readonly count: number;
}

interface DeadRow {
  readonly id: number;
  readonly endpoint: string;
  readonly seq: number;
  readonly source: string;
  readonly at: number;
  readonly checksum: number;
  readonly buried_at: number;
  readonly reason: string;
  readonly retry: number;
  readonly aside: number;
  readonly crc: number;
  readonly body: Buffer;
}

export class DeadLetters {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** @param aside whether it is only set aside for now. */
  add(endpoint: string, letter: DeadLetter, aside = false): void {
    const { body, crc } = pack(letter.raw ?? Buffer.alloc(0), undefined);
    this.#db
      .prepare(
        `INSERT INTO dead(endpoint, seq, source, at, checksum, buried_at, reason, crc, body, aside)
         VALUES (:endpoint, :seq, :source, :at, :checksum, :buriedAt, :reason, :crc, :body, :aside)`,
      )
      .run({
        ...letter,
        endpoint,
        checksum: CHECKSUMS.indexOf(letter.checksum),
        crc,
        body,
        aside: aside ? 1 : 0,
        raw: undefined,
      });
  }

  /** Those behind a number, oldest first, with those that are set aside. */
  list(endpoint: string | undefined, limit: number, after = 0): KeptDeadLetter[] {
    return this.#db
      .prepare<[number, string | null, string | null, number], DeadRow>(
        'SELECT * FROM dead WHERE id > ? AND (? IS NULL OR endpoint = ?) ORDER BY id LIMIT ?',
      )
      .all(after, endpoint ?? null, endpoint ?? null, limit)
      .map(toKept);
  }

  /** How many of an endpoint are dead, those not counted that are only set aside. */
  count(endpoint: string): number {
    return this.#count('SELECT count(*) AS count FROM dead WHERE endpoint = ? AND aside = 0', endpoint);
  }

  countAside(endpoint: string): number {
    return this.#count('SELECT count(*) AS count FROM dead WHERE endpoint = ? AND aside = 1', endpoint);
  }

  /** Those set aside, oldest first. */
  aside(endpoint: string, limit: number): KeptDeadLetter[] {
    return this.#db
      .prepare<[string, number], DeadRow>('SELECT * FROM dead WHERE endpoint = ? AND aside = 1 ORDER BY id LIMIT ?')
      .all(endpoint, limit)
      .map(toKept);
  }

  /** Those set aside go before all others, after a restart too. */
  asideFirst(endpoint: string): void {
    this.#db.prepare('UPDATE dead SET retry = 1 WHERE endpoint = ? AND aside = 1 AND retry = 0').run(endpoint);
  }

  /** A letter behind them was taken: those set aside up to this one are to blame themselves. @returns how many. */
  condemn(endpoint: string, upToId = Number.MAX_SAFE_INTEGER): number {
    return this.#db
      .prepare('UPDATE dead SET aside = 0, retry = 0 WHERE endpoint = ? AND aside = 1 AND id <= ?')
      .run(endpoint, upToId).changes;
  }

  /** The first of those to be sent again. */
  toRetry(endpoint: string, limit: number): KeptDeadLetter[] {
    return this.#db
      .prepare<[string, number], DeadRow>(
        'SELECT * FROM dead WHERE endpoint = ? AND retry > 0 AND aside = 0 ORDER BY retry, id LIMIT ?',
      )
      .all(endpoint, limit)
      .map(toKept);
  }

  /**
   * Marks dead letters to be sent again, behind those that were marked before: the one in flight stays the first, where
   * the next process asks about it. All of the endpoint where no ids are given.
   */
  retry(endpoint: string, ids: readonly number[] | undefined): Changed {
    const turn = '(SELECT max(retry) + 1 FROM dead)';
    const mark = `UPDATE dead SET retry = iif(retry = 0, ${turn}, retry) WHERE endpoint = ? AND aside = 0`;
    return this.#change(
      mark,
      endpoint,
      ids?.toSorted((a, b) => a - b),
    );
  }

  /** Forgets dead letters; all of the endpoint where no ids are given. */
  drop(endpoint: string, ids: readonly number[] | undefined): Changed {
    return this.#change('DELETE FROM dead WHERE endpoint = ? AND aside = 0', endpoint, ids);
  }

  /** The dead one, or the one set aside, that a letter became; undefined where it became none. */
  of(endpoint: string, seq: number): KeptDeadLetter | undefined {
    const row = this.#db
      .prepare<[string, number], DeadRow>('SELECT * FROM dead WHERE endpoint = ? AND seq = ?')
      .get(endpoint, seq);
    return row && toKept(row);
  }

  /** One was taken after all. @returns whether it was there. */
  remove(endpoint: string, id: number): boolean {
    return this.#db.prepare('DELETE FROM dead WHERE endpoint = ? AND id = ?').run(endpoint, id).changes > 0;
  }

  /** A second try was refused too. */
  refusedAgain(id: number, reason: string, buriedAt: number): void {
    this.#db
      .prepare('UPDATE dead SET retry = 0, aside = 0, reason = ?, buried_at = ? WHERE id = ?')
      .run(reason, buriedAt, id);
  }

  /** Forgets the oldest of endpoints that have too many. @returns how many of which. */
  trim(): Forgotten[] {
    const over = this.#db
      .prepare<[number], Forgotten>(
        'SELECT endpoint, count(*) - ? AS count FROM dead WHERE aside = 0 GROUP BY endpoint HAVING count > 0',
      )
      .all(MOST_DEAD);
    return over.map(({ endpoint, count }) => this.#forget(endpoint, count));
  }

  /** Forgets some of the oldest of the endpoint that has most. @returns undefined where there are none. */
  forgetOldest(): Forgotten | undefined {
    const most = this.#db
      .prepare<[], Forgotten>(
        'SELECT endpoint, count(*) AS count FROM dead WHERE aside = 0 GROUP BY endpoint ORDER BY count DESC LIMIT 1',
      )
      .get();
    return most && this.#forget(most.endpoint, FORGOTTEN_AT_A_TIME);
  }

  #forget(endpoint: string, most: number): Forgotten {
    const { changes: count } = this.#db
      .prepare(
        'DELETE FROM dead WHERE id IN (SELECT id FROM dead WHERE endpoint = ? AND aside = 0 ORDER BY id LIMIT ?)',
      )
      .run(endpoint, most);
    return { endpoint, count };
  }

  #count(select: string, endpoint: string): number {
    return this.#db.prepare<[string], { count: number }>(select).get(endpoint)?.count ?? 0;
  }

  #change(statement: string, endpoint: string, ids: readonly number[] | undefined): Changed {
    if (ids === undefined) return { count: this.#db.prepare(statement).run(endpoint).changes, missing: [] };
    const one = this.#db.prepare(`${statement} AND id = ?`);
    const named = [...new Set(ids)];
    const missing = named.filter((id) => one.run(endpoint, id).changes === 0);
    return { count: named.length - missing.length, missing };
  }
}

function toKept(row: DeadRow): KeptDeadLetter {
  const plain = unpack(row, undefined);
  return {
    id: row.id,
    endpoint: row.endpoint,
    seq: row.seq,
    source: row.source,
    at: row.at,
    checksum: CHECKSUMS[row.checksum] ?? 'valid',
    raw: plain?.length === 0 ? undefined : plain,
    buriedAt: row.buried_at,
    reason: row.reason,
    retry: row.retry > 0,
    aside: row.aside === 1,
  };
}

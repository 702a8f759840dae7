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
  /** True once somebody asked to send it again. */
  readonly retry: boolean;
}

/** The oldest go when an endpoint has more: a mis-set server must not fill the disk with them. */
export const MOST_DEAD = 1_000;

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
  readonly crc: number;
  readonly body: Buffer;
}

export class DeadLetters {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  add(endpoint: string, letter: DeadLetter): void {
    const { body, crc } = pack(letter.raw ?? Buffer.alloc(0), undefined);
    this.#db
      .prepare(
        `INSERT INTO dead(endpoint, seq, source, at, checksum, buried_at, reason, crc, body)
         VALUES (:endpoint, :seq, :source, :at, :checksum, :buriedAt, :reason, :crc, :body)`,
      )
      .run({ ...letter, endpoint, checksum: CHECKSUMS.indexOf(letter.checksum), crc, body, raw: undefined });
    this.#trim(endpoint);
  }

  /** Oldest first. */
  list(endpoint: string | undefined, limit: number): KeptDeadLetter[] {
    return this.#db
      .prepare<[string | null, string | null, number], DeadRow>(
        'SELECT * FROM dead WHERE (? IS NULL OR endpoint = ?) ORDER BY id LIMIT ?',
      )
      .all(endpoint ?? null, endpoint ?? null, limit)
      .map(toKept);
  }

  count(endpoint: string): number {
    const row = this.#db
      .prepare<[string], { count: number }>('SELECT count(*) AS count FROM dead WHERE endpoint = ?')
      .get(endpoint);
    return row?.count ?? 0;
  }

  /** The oldest of those to be sent again. */
  toRetry(endpoint: string, limit: number): KeptDeadLetter[] {
    return this.#db
      .prepare<[string, number], DeadRow>('SELECT * FROM dead WHERE endpoint = ? AND retry = 1 ORDER BY id LIMIT ?')
      .all(endpoint, limit)
      .map(toKept);
  }

  /** Marks dead letters to be sent again; all of the endpoint where no ids are given. @returns how many. */
  retry(endpoint: string, ids: readonly number[] | undefined): number {
    return this.#change('UPDATE dead SET retry = 1 WHERE endpoint = ?', endpoint, ids);
  }

  /** Forgets dead letters; all of the endpoint where no ids are given. @returns how many. */
  drop(endpoint: string, ids: readonly number[] | undefined): number {
    return this.#change('DELETE FROM dead WHERE endpoint = ?', endpoint, ids);
  }

  /** A second try was refused too. */
  refusedAgain(id: number, reason: string, buriedAt: number): void {
    this.#db.prepare('UPDATE dead SET retry = 0, reason = ?, buried_at = ? WHERE id = ?').run(reason, buriedAt, id);
  }

  #change(statement: string, endpoint: string, ids: readonly number[] | undefined): number {
    if (ids === undefined) return this.#db.prepare(statement).run(endpoint).changes;
    const one = this.#db.prepare(`${statement} AND id = ?`);
    return ids.reduce((count, id) => count + one.run(endpoint, id).changes, 0);
  }

  #trim(endpoint: string): void {
    this.#db
      .prepare(
        'DELETE FROM dead WHERE endpoint = ? AND id <= (SELECT id FROM dead WHERE endpoint = ? ORDER BY id DESC LIMIT 1 OFFSET ?)',
      )
      .run(endpoint, endpoint, MOST_DEAD);
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
    retry: row.retry === 1,
  };
}

import type { Database } from '../storage/sqlite.ts';
import { pack, unpack, type Packed } from './codec.ts';

/** A telegram that packs to more than this share of its size is unlike its dictionary: it becomes the next one. */
const UNLIKE = 0.2;
/** A source whose telegrams are all unlike each other must not make a dictionary of each. */
const FEWEST_BETWEEN = 100;
/** Earlier dictionaries held in memory for reading: a backlog is read in order, and needs one after the other. */
const HELD = 8;

interface Current {
  readonly id: number;
  readonly plain: Buffer;
  used: number;
}

/**
 * The telegrams that others are packed against, one in use for each source. Each is kept twice, in tables of their
 * own, because all rows packed against it would be lost with it.
 */
export class Dictionaries {
  readonly #db: Database;
  readonly #current = new Map<number, Current>();
  readonly #plain = new Map<number, Buffer>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** Packs a telegram, and makes it the source's next dictionary where it is unlike the one in use. */
  pack(source: number, seq: number, plain: Uint8Array): Packed & { dictionary: number } {
    const current = this.#currentOf(source);
    if (current !== undefined) {
      const packed = pack(plain, current.plain);
      current.used += 1;
      const alike = packed.body.length <= plain.length * UNLIKE || current.used < FEWEST_BETWEEN;
      if (alike) return { ...packed, dictionary: current.id };
    }
    const next = this.#begin(source, seq, Buffer.from(plain));
    return { ...pack(plain, next.plain), dictionary: next.id };
  }

  /** @returns undefined where the row, or both copies of its dictionary, are damaged. */
  unpack(packed: Packed, dictionary: number): Buffer | undefined {
    const plain = this.#plainOf(dictionary);
    return plain === undefined ? undefined : unpack(packed, plain);
  }

  /** Forgets the dictionaries that no row from `oldestSeq` on needs. */
  reclaim(oldestSeq: number): void {
    const stale = this.#db
      .prepare<[number], { id: number }>('SELECT id FROM dictionary WHERE last_seq < ?')
      .all(oldestSeq);
    for (const { id } of stale) {
      this.#db.prepare('DELETE FROM dictionary WHERE id = ?').run(id);
      this.#db.prepare('DELETE FROM dictionary_copy WHERE id = ?').run(id);
      this.#plain.delete(id);
    }
  }

  /** What a rolled-back transaction may have left in memory is read again from the tables. */
  rolledBack(): void {
    this.#current.clear();
    this.#plain.clear();
  }

  #begin(source: number, seq: number, plain: Buffer): Current {
    const { body, crc } = pack(plain, undefined);
    this.#db.prepare('UPDATE dictionary SET last_seq = ? WHERE source = ? AND last_seq IS NULL').run(seq - 1, source);
    const { lastInsertRowid } = this.#db
      .prepare('INSERT INTO dictionary(source, crc, body) VALUES (?, ?, ?)')
      .run(source, crc, body);
    const id = Number(lastInsertRowid);
    this.#db.prepare('INSERT OR REPLACE INTO dictionary_copy(id, crc, body) VALUES (?, ?, ?)').run(id, crc, body);
    const current = { id, plain, used: 0 };
    this.#current.set(source, current);
    return current;
  }

  #currentOf(source: number): Current | undefined {
    const known = this.#current.get(source);
    if (known !== undefined) return known;
    const row = this.#db
      .prepare<[number], { id: number }>('SELECT id FROM dictionary WHERE source = ? AND last_seq IS NULL')
      .get(source);
    const plain = row === undefined ? undefined : this.#plainOf(row.id);
    if (row === undefined || plain === undefined) return undefined;
    const current = { id: row.id, plain, used: 0 };
    this.#current.set(source, current);
    return current;
  }

  #plainOf(id: number): Buffer | undefined {
    const known = this.#plain.get(id) ?? [...this.#current.values()].find((current) => current.id === id)?.plain;
    if (known !== undefined) return known;
    const plain = this.#read('dictionary', id) ?? this.#read('dictionary_copy', id);
    if (plain !== undefined) this.#hold(id, plain);
    return plain;
  }

  #hold(id: number, plain: Buffer): void {
    this.#plain.set(id, plain);
    const [oldest] = this.#plain.keys();
    if (oldest !== undefined && this.#plain.size > HELD) this.#plain.delete(oldest);
  }

  #read(table: 'dictionary' | 'dictionary_copy', id: number): Buffer | undefined {
    const row = this.#db.prepare<[number], Packed>(`SELECT crc, body FROM ${table} WHERE id = ?`).get(id);
    return row === undefined ? undefined : unpack(row, undefined);
  }
}

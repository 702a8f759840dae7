import Sqlite from 'better-sqlite3';
import { retire } from './retired.ts';

/** A statement that was prepared, which lives as long as its database. */
export type Statement<Values extends unknown[], Row> = Pick<Sqlite.Statement<Values, Row>, 'run' | 'get' | 'all'>;

export interface DatabaseOptions {
  readonly readonly?: boolean;
  /** So long it waits for a lock that somebody else has, in milliseconds; 5 s. */
  readonly timeout?: number;
}

/** All that are open. */
const open = new Set<Database>();

/**
 * The one door to SQLite. Nothing native that it makes is ever left to the garbage collector ({@link retire}): a statement is
 * prepared once for its text and kept, so texts are to be few.
 */
export class Database {
  readonly #sqlite: Sqlite.Database;
  readonly #statements = new Map<string, Sqlite.Statement>();
  readonly #walks = new Set<object>();

  /** @throws what SQLite says. */
  constructor(path: string, options: DatabaseOptions = {}) {
    this.#sqlite = new Sqlite(path, options);
    open.add(this);
  }

  prepare<Values extends unknown[] = unknown[], Row = unknown>(text: string): Statement<Values, Row> {
    const known = this.#statements.get(text) ?? this.#sqlite.prepare(text);
    this.#statements.set(text, known);
    return known as unknown as Statement<Values, Row>;
  }

  /** Rows one by one, to be stopped at any; nothing can be written meanwhile. */
  *walk<Row>(text: string, ...values: number[]): Generator<Row, undefined> {
    this.prepare(text);
    const rows = this.#statements.get(text)?.iterate(...values) as IterableIterator<Row>;
    this.#walks.add(rows);
    try {
      yield* rows;
    } finally {
      this.#walks.delete(rows);
      retire([rows]);
    }
  }

  /** Statements without values, of which nothing is kept. */
  exec(text: string): void {
    this.#sqlite.exec(text);
  }

  /** A setting, or a count, of SQLite's own. */
  pragma(name: string): number {
    const row = this.prepare<[], Record<string, number>>(`PRAGMA ${name}`).get();
    return Number(Object.values(row ?? {})[0]);
  }

  transaction<T>(work: () => T): () => T {
    return this.#sqlite.transaction(work);
  }

  /** SQLite then reads what it would refuse. */
  unsafeMode(): void {
    this.#sqlite.unsafeMode(true);
  }

  /** A damaged one may not even close: its files are moved all the same. */
  abandon(): void {
    try {
      this.close();
    } catch {
      // It is let go of by now.
    }
  }

  close(): void {
    try {
      this.#sqlite.close();
    } finally {
      if (open.delete(this)) retire([this.#sqlite, ...this.#statements.values(), ...this.#walks]);
    }
  }
}

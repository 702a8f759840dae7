import { isDamage, openDatabase, quarantine, type Database } from '../storage/sqlite.ts';
import { bookMigrations, type BookEnds, type Entries } from './book.ts';

export interface BookStoreOptions {
  /** The database file. */
  readonly path: string;
  readonly keepMs: number;
  /** Told of a damaged file: where it is now, and what was wrong. */
  readonly putAside: (path: string, cause: string) => void;
}

const PAGE_BYTES = 2_048;
/** Of denials, and of visits; over that the oldest go. */
const MOST = 10_000;
const ENDED = 'the service ended';

type Values = (number | string | null)[];

/** The denials and visits on disk, as their one writer has them. A damaged file is put aside, and begun anew. */
export class BookStore {
  readonly #options: BookStoreOptions;
  #db: Database;
  /** Of a file that was begun anew nobody knows the ids before: these are above any. */
  #lastId = 0;

  /** @throws what {@link openDatabase} throws, but for damage. */
  constructor(options: BookStoreOptions) {
    this.#options = options;
    this.#db = this.#open();
  }

  /** What went on when the service ended is over since it was seen last. */
  begin(): BookEnds {
    return this.#survive((db) => {
      db.prepare<[string]>('UPDATE visit SET end_at = last_at, message = ? WHERE end_at IS NULL').run(ENDED);
      const ends = db.prepare<[], BookEnds>(
        'SELECT ifnull((SELECT max(id) FROM denial), 0) AS denial, ifnull((SELECT max(id) FROM visit), 0) AS visit',
      );
      const { denial = 0, visit = 0 } = ends.get() ?? {};
      return { denial: Math.max(denial, this.#lastId), visit: Math.max(visit, this.#lastId) };
    });
  }

  /** All of it in one commit, which a power cut may take. */
  keep({ denials, visits }: Entries, nowMs: number): void {
    this.#survive((db) => {
      const denial = db.prepare<Values>('INSERT OR REPLACE INTO denial VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
      const visit = db.prepare<Values>('INSERT OR REPLACE INTO visit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
      for (const { id, atMs, kind, reason, text, source, endpoint, client } of denials)
        denial.run(id, atMs, kind, reason, text, source, endpoint, client);
      for (const { id, kind, user, client, address, startMs, endMs, lastMs, items, message } of visits)
        visit.run(id, kind, user, client, address, startMs, endMs, lastMs, items, message);
      this.#letGo(db, nowMs - this.#options.keepMs);
    });
  }

  close(): void {
    this.#db.close();
  }

  /** What goes on stays. */
  #letGo(db: Database, beforeMs: number): void {
    db.prepare<[number]>('DELETE FROM denial WHERE at < ?').run(beforeMs);
    db.prepare<[number]>('DELETE FROM visit WHERE end_at < ?').run(beforeMs);
    for (const table of ['denial', 'visit'])
      db.prepare<[number]>(
        `DELETE FROM ${table} WHERE id <= (SELECT id FROM ${table} ORDER BY id DESC LIMIT 1 OFFSET ?)`,
      ).run(MOST);
  }

  #survive<T>(work: (db: Database) => T): T {
    const run = (): T => this.#db.transaction(() => work(this.#db))();
    try {
      return run();
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#db.abandon();
      this.#db = this.#anew(error);
      return run();
    }
  }

  #open(): Database {
    try {
      return openDatabase(this.#options.path, bookMigrations, PAGE_BYTES, 'readers');
    } catch (error) {
      if (!isDamage(error)) throw error;
      return this.#anew(error);
    }
  }

  #anew(error: unknown): Database {
    const { path, putAside } = this.#options;
    putAside(quarantine(path, new Date()), (error as Error).message);
    this.#lastId = Math.floor(Date.now() / 1_000);
    return openDatabase(path, bookMigrations, PAGE_BYTES, 'readers');
  }
}

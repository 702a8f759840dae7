import type { Database } from '../storage/database.ts';
import { openToRead } from '../storage/sqlite.ts';
import { bookMigrations, type KeptDenial, type KeptVisit } from './book.ts';

/** The denials and visits that are kept, over one read-only connection, whoever writes meanwhile. */
export class BookReader {
  readonly #db: Database;
  readonly #denials;
  readonly #visits;

  /** @throws an error that names the file, as where it is not there yet. */
  constructor(path: string) {
    this.#db = openToRead(path, bookMigrations);
    this.#denials = this.#db.prepare<[number], KeptDenial>(
      'SELECT id, at AS atMs, kind, reason, text, source, endpoint, client FROM denial WHERE id < ? ORDER BY id',
    );
    this.#visits = this.#db.prepare<[number], KeptVisit>(
      `SELECT id, kind, user, client, address, start_at AS startMs, end_at AS endMs, last_at AS lastMs, items, message
       FROM visit WHERE id < ? AND end_at IS NOT NULL ORDER BY id`,
    );
  }

  /** Those with an id below this one, oldest first. */
  denials(belowId: number): readonly KeptDenial[] {
    return this.#denials.all(belowId);
  }

  /** The same of visits that are over. */
  visits(belowId: number): readonly KeptVisit[] {
    return this.#visits.all(belowId);
  }

  close(): void {
    this.#db.close();
  }
}

import type { Database } from '../storage/sqlite.ts';

/** Sources by a small number, which is what a telegram's row holds. */
export class Sources {
  readonly #db: Database;
  readonly #ids = new Map<string, number>();
  readonly #names = new Map<number, string>();

  constructor(db: Database) {
    this.#db = db;
    this.rolledBack();
  }

  /** The source's number; a new one gets the next. */
  id(name: string): number {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const { lastInsertRowid } = this.#db.prepare('INSERT INTO source(name) VALUES (?)').run(name);
    return this.#learn(Number(lastInsertRowid), name);
  }

  /** The source's number; -1, which no row holds, where nothing was ever read from it. */
  known(name: string): number {
    return this.#ids.get(name) ?? -1;
  }

  get names(): string[] {
    return [...this.#ids.keys()];
  }

  name(id: number): string {
    return this.#names.get(id) ?? 'unknown';
  }

  /** What a rolled-back transaction may have left in memory is read again from the table. */
  rolledBack(): void {
    this.#ids.clear();
    this.#names.clear();
    const rows = this.#db.prepare<[], { id: number; name: string }>('SELECT id, name FROM source').all();
    for (const { id, name } of rows) this.#learn(id, name);
  }

  #learn(id: number, name: string): number {
    this.#ids.set(name, id);
    this.#names.set(id, name);
    return id;
  }
}

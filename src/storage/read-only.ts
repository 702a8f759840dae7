import { existsSync, rmSync, statSync } from 'node:fs';
import { Database } from './database.ts';
import { knownSchema, whyNotOpened } from './sqlite.ts';

/** The database was written by an older version of this program, and only who may write it can bring it up to date. */
class SchemaTooOld extends Error {
  override readonly name = 'SchemaTooOld';
}

const TO_UPGRADE = 'start the service of this version once, which brings it there';

/** A database to look at. While it is held nobody else can open it to write. */
export interface ReadOnlyDatabase {
  readonly db: Database;
  close(): void;
}

/**
 * Opens a database of this schema to look at, whatever state it is in, and leaves its files as they are.
 *
 * @throws {DatabaseInUse} {DatabaseTooNew} {SchemaTooOld} and an error that names the file.
 */
export function openReadOnly(path: string, schema: number): ReadOnlyDatabase {
  const missing = ['-wal', '-shm'].map((suffix) => path + suffix).filter((file) => !existsSync(file));
  let db: Database | undefined;
  try {
    const opened = new Database(path, { readonly: true, timeout: 0 });
    db = opened;
    const found = knownSchema(db, path, schema);
    if (found < schema) throw new SchemaTooOld(`${path} has schema ${found}, expected ${schema}: ${TO_UPGRADE}`);
    return { db, close: () => closeWithoutTrace(opened, missing) };
  } catch (error) {
    db?.close();
    throw whyNotOpened(path, error);
  }
}

/** SQLite makes these two files to read from a WAL, and a reader may not remove them: nobody else has them by then. */
function closeWithoutTrace(db: Database, made: readonly string[]): void {
  const empty = made.filter((file) => file.endsWith('-shm') || statSync(file, { throwIfNoEntry: false })?.size === 0);
  for (const file of empty) rmSync(file, { force: true });
  db.close();
}

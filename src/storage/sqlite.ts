import { closeSync, existsSync, openSync, readSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Database } from './database.ts';
import { lockHolder } from './lock-holder.ts';
import { giveToOwnerOfFolder } from './owner.ts';

export type { Database } from './database.ts';

/** Who may have a database open beside the one who writes it. */
export type Sharing = 'alone' | 'readers';

/** One step of a schema: the SQL that makes version n + 1 out of version n. */
export type Migrations = readonly string[];

/** Another process holds the database. */
export class DatabaseInUse extends Error {
  override readonly name = 'DatabaseInUse';
}

/** The database was written by a newer version of this program. It is left untouched. */
export class DatabaseTooNew extends Error {
  override readonly name = 'DatabaseTooNew';
}

/** The database is damaged in a way that SQLite itself does not notice. */
export class Damaged extends Error {
  override readonly name = 'Damaged';
}

const MAGIC = 'SQLite format 3\0';
/** So long a reader waits for a moment in which the file can be read. */
const BUSY_MS = 1_000;
const HEADER_BYTES = 100;
const USER_VERSION_AT = 60;

/** How many damaged databases are kept for a diagnosis before the oldest is removed. */
const QUARANTINED_KEPT = 3;

/**
 * Opens a database that this process alone may hold, and brings it to the newest schema.
 *
 * WAL with `synchronous=NORMAL`: a commit is safe from `kill -9` at once; {@link syncedCommits} says how to make it safe
 * from a power cut. Where it has no readers beside it the lock is exclusive.
 *
 * @throws {DatabaseInUse} {DatabaseTooNew} and an error that names the file; {@link isDamage} and {@link isFull} tell
 * what it means.
 */
export function openDatabase(
  path: string,
  migrations: Migrations,
  pageBytes: number,
  sharing: Sharing = 'alone',
): Database {
  let db: Database | undefined;
  // Merely to open and close it would move its -wal into it. To close a file that this process holds would unlock it.
  if (lockHolder(path) !== process.pid) refuseNewer(path, versionInHeader(path), migrations.length);
  const isNew = !existsSync(path);
  try {
    db = new Database(path, { timeout: 0 });
    // SQLite makes the -wal whose the database is.
    if (isNew) giveToOwnerOfFolder(path);
    configure(db, pageBytes, sharing);
    migrate(db, path, migrations);
    return db;
  } catch (error) {
    db?.close();
    throw whyNotOpened(path, error);
  }
}

/**
 * Opens a database to look at while another thread or process may write it.
 *
 * @throws {DatabaseTooNew} and an error that names the file, as where it is not there yet.
 */
export function openToRead(path: string, migrations: Migrations): Database {
  let db: Database | undefined;
  try {
    db = new Database(path, { readonly: true, timeout: BUSY_MS });
    const found = knownSchema(db, path, migrations.length);
    if (found < migrations.length) throw new Error(`${path} is not made yet: the service makes it as it starts`);
    return db;
  } catch (error) {
    db?.close();
    throw whyNotOpened(path, error);
  }
}

/** What a person is told of a database that could not be opened. */
export function whyNotOpened(path: string, error: unknown): unknown {
  if (sqliteCode(error).startsWith('SQLITE_BUSY'))
    return new DatabaseInUse(`${path} is in use by ${nameOf(lockHolder(path))}`, { cause: error });
  if (sqliteCode(error) === '') return error;
  return new Error(`${path} cannot be opened: ${messageOf(error)}`, { cause: error });
}

/** @returns the schema of a database. @throws {DatabaseTooNew} where this program does not know it. */
export function knownSchema(db: Database, path: string, newest: number): number {
  const version = db.pragma('user_version');
  refuseNewer(path, version, newest);
  return version;
}

/** Opens a damaged database to read what can still be read of it. */
export function openDamaged(path: string): Database {
  const db = new Database(path, { timeout: 0 });
  // Otherwise SQLite refuses every page of a file that is shorter than its header says.
  db.unsafeMode();
  db.exec('PRAGMA writable_schema=ON');
  return db;
}

/** From here on each commit is on the card when it returns (`true`), or in the page cache (`false`). */
export function syncedCommits(db: Database, synced: boolean): void {
  db.exec(`PRAGMA synchronous=${synced ? 'FULL' : 'NORMAL'}`);
}

/** True where the error says that the file itself is broken, and not the disk full or the lock held. */
export function isDamage(error: unknown): boolean {
  if (error instanceof Damaged) return true;
  return (
    /^SQLITE_(CORRUPT|NOTADB|FORMAT|IOERR_SHORT_READ)/.test(sqliteCode(error)) || /no such table/.test(messageOf(error))
  );
}

/** True where there is no room: the disk, or the database's own page limit. */
export function isFull(error: unknown): boolean {
  return /^SQLITE_(FULL|IOERR_WRITE|IOERR_SHMSIZE)|^(ENOSPC|EDQUOT)$/.test(codeOf(error));
}

/** True where the error comes from the disk, the file system or the system's limits, and may pass. */
export function isDiskTrouble(error: unknown): boolean {
  return /^SQLITE_(IOERR|CANTOPEN|READONLY|FULL|NOMEM)|^E[A-Z]+$/.test(codeOf(error));
}

/**
 * Moves a broken database with its -wal and -shm out of the way (a WAL without its database, or the reverse, loses
 * commits), and forgets the oldest of those kept earlier.
 *
 * @returns the path that it has now.
 */
export function quarantine(path: string, now: Date): string {
  const broken = `${path}.corrupt-${now.toISOString().replaceAll(':', '-')}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, broken + suffix);
  }
  forgetQuarantined(path);
  return broken;
}

/** Removes quarantined databases but for the newest few. */
export function forgetQuarantined(path: string, kept = QUARANTINED_KEPT): void {
  const all = quarantinedBeside(path);
  for (const broken of all.slice(0, Math.max(0, all.length - kept))) {
    for (const suffix of ['', '-wal', '-shm']) rmSync(broken + suffix, { force: true });
  }
}

/** The broken databases that were put aside in the place of this one, oldest first. */
export function quarantinedBeside(path: string): string[] {
  const folder = dirname(path);
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${basename(path)}.corrupt-`) && !/-(wal|shm)$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

function configure(db: Database, pageBytes: number, sharing: Sharing): void {
  db.exec(`PRAGMA page_size=${pageBytes}`);
  // Before the first read: the lock then is taken once, and no shared-memory file is needed.
  if (sharing === 'alone') db.exec('PRAGMA locking_mode=EXCLUSIVE');
  db.exec('PRAGMA journal_mode=WAL');
  syncedCommits(db, false);
  db.exec('PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=8388608');
  db.exec('PRAGMA cache_size=-2000; PRAGMA temp_store=MEMORY');
}

function refuseNewer(path: string, version: number, known: number): void {
  if (version <= known) return;
  throw new DatabaseTooNew(
    `${path} has schema ${version}, this p1-relay knows up to ${known}; install the newer p1-relay, or name another state.dir`,
  );
}

/** SQLite's `user_version` as the file itself has it, 0 where it is no database. Source: sqlite.org/fileformat.html §1.3. */
function versionInHeader(path: string): number {
  const header = Buffer.alloc(HEADER_BYTES);
  try {
    const file = openSync(path, 'r');
    readSync(file, header, 0, HEADER_BYTES, 0);
    closeSync(file);
  } catch {
    // SQLite will say what is wrong with it.
  }
  return header.toString('latin1', 0, MAGIC.length) === MAGIC ? header.readInt32BE(USER_VERSION_AT) : 0;
}

function migrate(db: Database, path: string, migrations: Migrations): void {
  const version = knownSchema(db, path, migrations.length);
  if (version === migrations.length) return;
  syncedCommits(db, true);
  db.transaction(() => {
    for (const step of migrations.slice(version)) db.exec(step);
    db.exec(`PRAGMA user_version=${migrations.length}`);
  })();
  syncedCommits(db, false);
}

function nameOf(pid: number | undefined): string {
  return pid === undefined ? 'another process' : `process ${pid}`;
}

function sqliteCode(error: unknown): string {
  const code = codeOf(error);
  return code.startsWith('SQLITE_') ? code : '';
}

/** SQLite's code, or that of the operating system, of the error or of what caused it. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : codeOf(error.cause);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}

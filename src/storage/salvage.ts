import { existsSync, renameSync, rmSync } from 'node:fs';
import type { Database } from './database.ts';
import { mendSchema } from './mend-schema.ts';
import { tolerate, type Row } from './read-around.ts';
import { openDamaged, openDatabase, quarantine, type Migrations } from './sqlite.ts';

/** A database that is made of what can be read of a broken one. */
export interface Rescue {
  readonly brokenPath: string;
  /** The new one. */
  readonly path: string;
  readonly migrations: Migrations;
  readonly pageBytes: number;
  /** Tables of every schema there was: where they are not known the schema itself is broken. */
  readonly firstTables: readonly string[];
}

/** Rows of one commit: the copy then needs no more room than the rows themselves. */
const CHUNK = 1_000;

/**
 * Makes a new database and has it filled from the broken one, which is undefined where nothing of it can be read.
 *
 * @throws what writing the new one throws; nothing is left of it then.
 */
export function rescue<T>(what: Rescue, fill: (to: Database, from: Database | undefined) => T): T {
  const { path, migrations, pageBytes } = what;
  remove(path);
  const to = openDatabase(path, migrations, pageBytes);
  let from: Database | undefined;
  try {
    from = openReadable(what) ?? openMended(what, to);
    const result = fill(to, from);
    to.close();
    return result;
  } catch (error) {
    tolerate(() => to.close());
    remove(path);
    throw error;
  } finally {
    tolerate(() => from?.close());
  }
}

/** Where what is saved of a database lies until it is whole. */
export function repairedPath(path: string): string {
  return `${path}.repaired`;
}

/** Puts a broken database aside, and in its place what was saved of it, where anything was. @returns where the broken one is. */
export function replaceBroken(path: string): string {
  const broken = quarantine(path, new Date());
  finishRepair(path);
  return broken;
}

/** A process may have ended between the two renames of a repair. @returns whether one did. */
export function finishRepair(path: string): boolean {
  if (existsSync(path) || !existsSync(repairedPath(path))) return false;
  renameSync(repairedPath(path), path);
  return true;
}

/**
 * Copies rows, a thousand a commit; one that cannot stand beside those that are there is left out.
 *
 * @param copied told behind each commit that more follow.
 */
export function copyRows(from: Iterable<Row>, to: Database, table: string, copied?: () => void): void {
  let chunk: Row[] = [];
  for (const row of from) {
    chunk.push(row);
    if (chunk.length < CHUNK) continue;
    insert(chunk, to, table);
    copied?.();
    chunk = [];
  }
  insert(chunk, to, table);
}

/** @returns undefined where not even its schema can be read. */
function openReadable({ brokenPath, firstTables }: Rescue): Database | undefined {
  const db = tolerate(() => openDamaged(brokenPath));
  if (db === undefined) return undefined;
  if (tolerate(() => firstTables.map((table) => db.prepare(`SELECT * FROM ${table}`))) !== undefined) return db;
  tolerate(() => db.close());
  return undefined;
}

function openMended(what: Rescue, whole: Database): Database | undefined {
  tolerate(() => mendSchema(what.brokenPath, whole, what.path, what.pageBytes));
  return openReadable(what);
}

function insert(chunk: readonly Row[], to: Database, table: string): void {
  const names = Object.keys(chunk[0] ?? {});
  if (names.length === 0) return;
  const values = names.map((name) => `:${name}`);
  const statement = to.prepare(`INSERT OR IGNORE INTO ${table}(${names.join()}) VALUES (${values.join()})`);
  to.transaction(() => chunk.forEach((row) => statement.run(row)))();
}

function remove(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
}

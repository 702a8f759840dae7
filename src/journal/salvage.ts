import { rmSync } from 'node:fs';
import { openDamaged, openDatabase, type Database } from '../storage/sqlite.ts';
import { PLACED_BEFORE_DAMAGE } from './cursor.ts';
import { migrations } from './schema.ts';

/** What was got out of a damaged journal. */
export interface Salvaged {
  readonly telegrams: number;
}

/** Far more numbers than can have been handed out behind the highest that was found. */
const LOST_NUMBERS = 1_000_000;
/** Rows of one commit: the copy then needs no more room than the rows themselves. */
const CHUNK = 1_000;

/** Each table with its key. `meta` is not copied: numbers go on far above whatever was lost. */
const TABLES = [
  ['source', 'id'],
  ['dictionary', 'id'],
  ['dictionary_copy', 'id'],
  ['endpoint', 'name'],
  ['dead', 'id'],
  ['telegram', 'seq'],
] as const;

type Row = Readonly<Record<string, unknown>>;

/**
 * Copies what can still be read of a damaged journal into a new one: each table from its beginning up to the damage,
 * and from its end back to it. Rows whose bodies are damaged are copied too; their checksum tells when they are read.
 *
 * @throws what writing the new one throws.
 */
export function salvage(brokenPath: string, path: string, pageBytes: number): Salvaged {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  const to = openDatabase(path, migrations, pageBytes);
  try {
    const from = tolerate(() => openDamaged(brokenPath));
    const numbersUpTo = from && copyAll(from, to);
    return { telegrams: goOnAbove(to, numbersUpTo) };
  } finally {
    to.close();
  }
}

/** @returns up to where sequence numbers were handed out; undefined where that cannot be read. */
function copyAll(from: Database, to: Database): number | undefined {
  for (const [table, key] of TABLES) {
    copy(rows(from, `SELECT * FROM ${table} ORDER BY ${key} ASC`), to, table);
    copy(rows(from, `SELECT * FROM ${table} ORDER BY ${key} DESC`), to, table);
  }
  const [reserved] = rows(from, "SELECT value FROM meta WHERE key = 'reserved'");
  tolerate(() => from.close());
  return typeof reserved?.['value'] === 'number' ? reserved['value'] : undefined;
}

/** Every read of a damaged file may throw: the rows end there. */
function* rows(from: Database, select: string): Generator<Row> {
  const read = tolerate(() => from.prepare<[], Row>(select).iterate());
  for (;;) {
    const next = read && tolerate(() => read.next());
    if (next === undefined || next.done === true) return;
    yield next.value;
  }
}

/** Ends at a row that is there already: the other direction came so far. */
function copy(from: Iterable<Row>, to: Database, table: string): void {
  let chunk: Row[] = [];
  for (const row of from) {
    chunk.push(row);
    if (chunk.length < CHUNK) continue;
    if (insert(chunk, to, table) < chunk.length) return;
    chunk = [];
  }
  insert(chunk, to, table);
}

/** @returns how many were not there yet. */
function insert(chunk: readonly Row[], to: Database, table: string): number {
  const names = Object.keys(chunk[0] ?? {});
  if (names.length === 0) return 0;
  const values = names.map((name) => `:${name}`);
  const statement = to.prepare(`INSERT OR IGNORE INTO ${table}(${names.join()}) VALUES (${values.join()})`);
  return to.transaction(() => chunk.reduce((count, row) => count + statement.run(row).changes, 0))();
}

/** @returns how many telegrams there are. */
function goOnAbove(to: Database, numbersUpTo: number | undefined): number {
  const found = to.prepare<[], { newest: number | null; acked: number | null; count: number }>(
    'SELECT (SELECT max(seq) FROM telegram) AS newest, (SELECT max(acked) FROM endpoint) AS acked, (SELECT count(*) FROM telegram) AS count',
  );
  const { newest, acked, count } = found.get() ?? { newest: 0, acked: 0, count: 0 };
  // Milliseconds since 1970 run ahead of any meter: where nothing else is known they are above every number used.
  const last = Math.max(numbersUpTo ?? Date.now(), newest ?? 0, acked ?? 0) + LOST_NUMBERS;
  to.prepare("UPDATE meta SET value = ? WHERE key = 'reserved'").run(last);
  to.prepare("UPDATE meta SET value = NULL WHERE key = 'next'").run();
  to.prepare('UPDATE endpoint SET placed = ? WHERE placed <> 0').run(PLACED_BEFORE_DAMAGE);
  return count;
}

function tolerate<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

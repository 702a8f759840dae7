import { migrations } from './schema.ts';
import { openDamaged, openDatabase, type Database } from '../storage/sqlite.ts';

/** What was got out of a damaged journal. */
export interface Salvaged {
  readonly telegrams: number;
}

/** Far more numbers than the lost rows of a damaged journal can have used. */
const LOST_NUMBERS = 1_000_000;

/** Each table with its key. `meta` is not copied: numbers go on far above whatever was lost. */
const TABLES = [
  ['source', 'id'],
  ['dictionary', 'id'],
  ['dictionary_copy', 'id'],
  ['endpoint', 'name'],
  ['dead', 'id'],
  ['telegram', 'seq'],
] as const;

/**
 * Copies what can still be read of a damaged journal into a new one: each table from its beginning up to the damage,
 * and from its end back to it. Rows whose bodies are damaged are copied too; their checksum tells when they are read.
 */
export function salvage(brokenPath: string, path: string, pageBytes: number): Salvaged {
  const to = openDatabase(path, migrations, pageBytes);
  try {
    const counts = to.transaction(() => copyAll(brokenPath, to))();
    return { telegrams: counts };
  } finally {
    to.close();
  }
}

function copyAll(brokenPath: string, to: Database): number {
  const from = tolerate(() => openDamaged(brokenPath));
  if (from === undefined) return 0;
  for (const [table, key] of TABLES) {
    copy(from, to, table, `${key} ASC`);
    copy(from, to, table, `${key} DESC`);
  }
  tolerate(() => from.close());
  return goOnAbove(to);
}

function copy(from: Database, to: Database, table: string, order: string): void {
  tolerate(() => {
    const select = from.prepare<[], Record<string, unknown>>(`SELECT * FROM ${table} ORDER BY ${order}`);
    for (const row of select.iterate()) {
      const names = Object.keys(row);
      const { changes } = to
        .prepare(`INSERT OR IGNORE INTO ${table}(${names.join()}) VALUES (${names.map((name) => `:${name}`).join()})`)
        .run(row);
      if (changes === 0 && order.endsWith('DESC')) return;
    }
  });
}

function goOnAbove(to: Database): number {
  const { newest, count } = to
    .prepare<[], { newest: number | null; count: number }>('SELECT max(seq) AS newest, count(*) AS count FROM telegram')
    .get() ?? { newest: 0, count: 0 };
  const acked = to.prepare<[], { acked: number | null }>('SELECT max(acked) AS acked FROM endpoint').get()?.acked;
  const last = Math.max(newest ?? 0, acked ?? 0) + LOST_NUMBERS;
  to.prepare("UPDATE meta SET value = ? WHERE key IN ('reserved')").run(last);
  to.prepare("UPDATE meta SET value = NULL WHERE key = 'next'").run();
  // Counts may not fit what is left: placing the cursors counts anew.
  to.prepare('UPDATE endpoint SET placed = 0').run();
  return count;
}

/** Every read of a damaged file may throw; what was read before it did is kept. */
function tolerate<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

import { statSync } from 'node:fs';
import type { Database } from '../storage/database.ts';
import { readAround, readEnds, tolerate } from '../storage/read-around.ts';
import { copyRows, rescue } from '../storage/salvage.ts';
import { PLACED_BEFORE_DAMAGE } from './cursor.ts';
import { migrations } from './schema.ts';

export interface SalvageOptions {
  /** Leave out what is kept for replay only. */
  readonly onlyNeeded?: boolean;
  /** Told now and then: which part is done, roughly, from 0 up to 1. */
  readonly repairing?: ((part: number) => void) | undefined;
}

/** What was got out of a damaged journal. */
interface Salvaged {
  readonly telegrams: number;
}

/** Far more numbers than can have been handed out behind the highest that was found. */
const LOST_NUMBERS = 1_000_000;

/** Each table with its key. `meta` is not copied: numbers go on far above whatever was lost. */
const TABLES = [
  ['source', 'id'],
  ['dictionary', 'id'],
  ['dictionary_copy', 'id'],
  ['endpoint', 'name'],
  ['replay', 'endpoint'],
  ['dead', 'id'],
  ['telegram', 'seq'],
] as const;

/** Tables of every schema there was. */
const FIRST_TABLES = ['telegram', 'source', 'dictionary', 'endpoint'];

/**
 * Copies what can still be read of a damaged journal into a new one, table by table, around the damage. Rows whose
 * bodies are damaged are copied too; their checksum tells when they are read.
 *
 * @throws what writing the new one throws; nothing is left of it then.
 */
export function salvage(brokenPath: string, path: string, pageBytes: number, options: SalvageOptions = {}): Salvaged {
  return rescue({ brokenPath, path, migrations, pageBytes, firstTables: FIRST_TABLES }, (to, from) => {
    const repairing = progressOf(brokenPath, path, options);
    const numbersUpTo = from && copyAll(from, to, { ...options, repairing });
    return { telegrams: goOnAbove(to, numbersUpTo) };
  });
}

/** @returns up to where sequence numbers were handed out; undefined where that cannot be read. */
function copyAll(from: Database, to: Database, options: SalvageOptions): number | undefined {
  for (const [table, key] of TABLES) {
    const above = table === 'telegram' && options.onlyNeeded === true ? lowestCursor(to) : undefined;
    const isNumber = key === 'id' || key === 'seq';
    const rows = isNumber ? readAround(from, { table, key, above }) : readEnds(from, table, key);
    copyRows(rows, to, table, () => options.repairing?.(0));
  }
  const reserved = tolerate(() =>
    from.prepare<[], { value: number | null }>("SELECT value FROM meta WHERE key = 'reserved'").get(),
  );
  return reserved?.value ?? undefined;
}

function lowestCursor(to: Database): number {
  const found = to.prepare<[], { acked: number | null }>('SELECT min(acked) AS acked FROM endpoint WHERE placed <> 0');
  return found.get()?.acked ?? 0;
}

/** The copy grows to about the size of what it is made from. */
function progressOf(brokenPath: string, path: string, { repairing }: SalvageOptions): () => void {
  const whole = tolerate(() => statSync(brokenPath).size) ?? Infinity;
  return () => repairing?.(Math.min(0.99, (tolerate(() => statSync(path).size) ?? 0) / whole));
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

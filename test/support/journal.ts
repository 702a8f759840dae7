import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Incoming } from '../../src/journal/crossing.ts';
import { JournalStore, type StoreOptions } from '../../src/journal/store.ts';
import type { Row } from '../../src/journal/telegrams.ts';

/** A folder of its own for a test, removed with it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'p1-relay-journal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What `kill -9` would leave: the files as they are while the journal is open. */
export function filesAsAfterAKill(folder: string): string {
  const copy = temporaryFolder();
  // The reserve holds nothing and is made anew.
  const names = readdirSync(folder).filter((name) => name.startsWith('journal.db'));
  for (const name of names) cpSync(join(folder, name), join(copy, name));
  return copy;
}

const UNLIMITED = { keepMs: Infinity, keepBytes: Infinity, maxBytes: 1e9 };

/** Opens the journal of a folder: one endpoint `a` that gets everything, nothing is let go, a sync every 10 s. */
export function openStore(folder: string, options: Partial<StoreOptions> = {}): JournalStore {
  const endpoints = [{ name: 'a', source: undefined }];
  return new JournalStore({
    path: join(folder, 'journal.db'),
    endpoints,
    syncIntervalMs: 10_000,
    ...UNLIMITED,
    ...options,
  });
}

/** The n-th telegram of a source, received n seconds after 1970. */
export function incoming(n: number, source = 'house'): Incoming {
  const raw = Buffer.from(`/KFM5KAIFA-METER\r\n\r\n1-0:1.8.1(${String(n).padStart(10, '0')}*kWh)\r\n!0000\r\n`);
  return { source, at: n * 1_000, checksum: 'valid', raw };
}

export const several = (from: number, to: number, source = 'house'): Incoming[] =>
  Array.from({ length: to - from + 1 }, (_, index) => incoming(from + index, source));

/** Which telegrams of {@link incoming} these rows are; undefined for a damaged one. */
export const numbersOf = (rows: readonly Row[]): (number | undefined)[] => rows.map(({ raw }) => raw && numberIn(raw));

export function numberIn(raw: Uint8Array): number {
  return Number(/\((\d+)\*kWh\)/.exec(Buffer.from(raw).toString('latin1'))?.[1]);
}

/** The counts of one endpoint that are not 0. */
export function countsOf(store: JournalStore, name = 'a'): Record<string, number> {
  const cursor = store.cursors.state().find((state) => state.name === name);
  const { waiting, delivered, thinned, dropped, buried } = cursor ?? {};
  const counts = Object.entries({ waiting, delivered, thinned, dropped, buried });
  return Object.fromEntries(
    counts.filter((entry): entry is [string, number] => entry[1] !== undefined && entry[1] !== 0),
  );
}

/** Every letter that a source's endpoint has yet to get. */
export const restOf = (store: JournalStore, name = 'a', source?: string): Row[] =>
  store.read(store.cursors.placeOf(name)?.acked ?? 0, 100_000, source);

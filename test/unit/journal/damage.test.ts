import { randomBytes } from 'node:crypto';
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Database } from '../../../src/storage/database.ts';
import { openJournalStore, recover, type Opened } from '../../../src/journal/open.ts';
import {
  countsOf,
  filesAsAfterAKill,
  incoming,
  numbersOf,
  openStore,
  several,
  temporaryFolder,
} from '../../support/journal.ts';

const TELEGRAMS = 2_000;
const SCHEMA_BYTES = 16 * 1_024;
const endpoints = [{ name: 'a', source: undefined }];
const UNLIMITED = { keepMs: Infinity, keepBytes: Infinity, maxBytes: 1e9, syncIntervalMs: 0 };

const open = (folder: string): Opened => openJournalStore({ folder, endpoints, ...UNLIMITED });
const file = (folder: string) => join(folder, 'journal.db');

/** 2,000 telegrams, of which the endpoint has the first 500. */
function closedJournal(): string {
  const folder = temporaryFolder();
  const store = openStore(folder);
  const seqs = store.append(several(1, TELEGRAMS));
  store.cursors.pass(seqs.slice(0, 500).map((seq) => ({ endpoint: 'a', seq, how: 'delivered' })));
  store.close();
  return folder;
}

function overwrite(path: string, offset: number, bytes: Uint8Array): void {
  const content = readFileSync(path);
  content.set(bytes, offset);
  writeFileSync(path, content);
}

/** Reads everything; damage that shows only now is left to the caller, as the journal's thread does. */
const readAll = ({ store }: Opened) => numbersOf(store.read(0, 10_000, undefined)).filter((n) => n !== undefined);

describe('a damaged journal', () => {
  test('that is no database at all is put aside, and a new one accepts at once', () => {
    const folder = temporaryFolder();
    writeFileSync(file(folder), randomBytes(50_000));
    const { store, quarantined } = open(folder);
    expect(quarantined).toMatchObject({
      cause: expect.stringMatching(/journal\.db.*not a database/) as string,
      telegramsSaved: 0,
    });
    expect(statSync(quarantined!.path).size).toBe(50_000);
    store.append([incoming(1)]);
    expect(numbersOf(store.read(0, 10, undefined))).toEqual([1]);
  });

  test('of which nothing can be read goes on with numbers above any that it can have used', () => {
    const folder = closedJournal();
    overwrite(file(folder), 0, randomBytes(16_384));
    const [seq] = open(folder).store.append([incoming(1)]);
    expect(seq).toBeGreaterThan(Date.parse('2020-01-01'));
  });

  test('that lost its first page is put aside with its cause', () => {
    const folder = closedJournal();
    overwrite(file(folder), 0, new Uint8Array(1_024));
    const { store, quarantined } = open(folder);
    expect(quarantined?.cause).toMatch(/not a database/);
    expect(store.append([incoming(1)])).toHaveLength(1);
  });

  test('that lost a table keeps the others', () => {
    const folder = closedJournal();
    const db = new Database(file(folder));
    db.exec('DROP TABLE source');
    db.close();
    const opened = open(folder);
    expect(opened.quarantined).toMatchObject({ telegramsSaved: TELEGRAMS });
    expect(countsOf(opened.store)).toEqual({ waiting: TELEGRAMS - 500, delivered: 500 });
  });

  test('that was cut off keeps the telegrams before the cut, and where the endpoint stood', () => {
    const folder = closedJournal();
    truncateSync(file(folder), Math.floor(statSync(file(folder)).size / 2 / 1_024) * 1_024);
    const opened = open(folder);
    expect(opened.quarantined).toBeDefined();
    const saved = readAll(opened);
    expect(saved.length).toBeGreaterThan(TELEGRAMS / 3);
    expect(saved).toEqual(several(1, saved.length).map((_, index) => index + 1));
    // What was lost is counted: nothing is dropped without a number.
    const dropped = TELEGRAMS - saved.length;
    expect(countsOf(opened.store)).toEqual({ waiting: saved.length - 500, delivered: 500, dropped });
    const [seq] = opened.store.append([incoming(1)]);
    expect(seq).toBeGreaterThan(TELEGRAMS + 1_000_000);
  });

  test('with a page of zeros in the middle keeps what is before and behind it', () => {
    const folder = closedJournal();
    overwrite(file(folder), pageOf(folder, 1_050) * 1_024, new Uint8Array(1_024));
    // It opens: only reading finds the hole.
    const { store } = open(folder);
    expect(() => store.read(0, 10_000, undefined)).toThrow(/malformed/);
    store.abandon();
    const saved = readAll(repaired(folder));
    expect(saved).toEqual(expect.arrayContaining([1, 2, 3, TELEGRAMS - 1, TELEGRAMS]));
    expect(saved.length).toBeGreaterThanOrEqual(TELEGRAMS * 0.95);
    expect([...saved].sort((a, b) => a - b)).toEqual(saved);
  });

  test.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'with flipped bits (case %i) opens, accepts, and never gives out a wrong telegram',
    (seed) => {
      const folder = closedJournal();
      const { size } = statSync(file(folder));
      const at = 100 + ((seed * 2_654_435_761) % (size - 200));
      const before = readFileSync(file(folder))[at]!;
      overwrite(file(folder), at, Uint8Array.of(before ^ (1 << (seed % 8))));
      let opened = open(folder);
      try {
        readAll(opened);
      } catch (error) {
        opened.store.abandon();
        opened = repaired(folder, error);
      }
      const numbers = readAll(opened);
      expect(new Set(numbers).size).toBe(numbers.length);
      expect(numbers.every((n) => n >= 1 && n <= TELEGRAMS)).toBe(true);
      // Without the schema, in the first pages, no table can be found.
      if (at >= SCHEMA_BYTES) expect(numbers.length).toBeGreaterThanOrEqual(TELEGRAMS * 0.95);
      opened.store.append([incoming(TELEGRAMS + 1)]);
      expect(readAll(opened).at(-1)).toBe(TELEGRAMS + 1);
    },
  );

  test('whose -wal is gone opens with what was in the database itself', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    store.append(several(1, 3));
    store.close();
    const second = openStore(folder);
    second.append([incoming(4)]);
    const copy = filesAsAfterAKill(folder);
    rmSync(join(copy, 'journal.db-wal'));
    const opened = open(copy);
    expect(readAll(opened)).toEqual([1, 2, 3]);
    expect(opened.store.append([incoming(5)])[0]).toBeGreaterThan(4);
  });

  test('whose rows have damaged numbers lets no endpoint pass over others: they are left out, and the rest is kept', () => {
    for (const [seq, damaged] of [
      [1_050, 1_055],
      [1_050, 200],
      [1_050, 16_000],
    ] as const) {
      const folder = closedJournal();
      changeKey(folder, seq, damaged);
      const { store } = open(folder);
      expect(() => store.read(1_040, 100, undefined)).toThrow(/out of order/);
      store.abandon();
      const saved = readAll(repaired(folder));
      expect(saved).toEqual(several(1, TELEGRAMS).flatMap((_, index) => (index + 1 === seq ? [] : [index + 1])));
    }
  });

  test('with damage in several places keeps what lies between them', () => {
    const folder = closedJournal();
    for (const seq of [650, 1_050, 1_450, 1_850])
      overwrite(file(folder), pageOf(folder, seq) * 1_024, new Uint8Array(1_024));
    const saved = readAll(repaired(folder));
    // A page holds some 32 of these rows.
    expect(saved.length).toBeGreaterThanOrEqual(TELEGRAMS - 4 * 35);
    expect(saved).toEqual(expect.arrayContaining([1, 700, 1_100, 1_500, TELEGRAMS]));
    expect([...saved].sort((a, b) => a - b)).toEqual(saved);
  });

  test('keeps its dead letters and its sources', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    store.append([incoming(1, 'barn'), ...several(2, TELEGRAMS)]);
    const letter = {
      seq: 1,
      source: 'barn',
      at: 1_000,
      checksum: 'valid',
      raw: incoming(1).raw,
      buriedAt: 5,
      reason: 'no',
    } as const;
    store.bury('a', letter);
    store.close();
    overwrite(file(folder), pageOf(folder, 1_050) * 1_024, new Uint8Array(1_024));
    const { store: saved } = repaired(folder);
    expect(saved.dead.list('a', 10)).toEqual([
      { ...letter, id: 1, endpoint: 'a', retry: false, aside: false, raw: incoming(1).raw },
    ]);
    expect(saved.read(0, 1, 'barn')).toHaveLength(1);
  });

  test('is put aside together with its -wal, and only the newest three are kept', () => {
    const folder = temporaryFolder();
    for (let n = 0; n < 5; n++) {
      writeFileSync(file(folder), randomBytes(5_000));
      writeFileSync(`${file(folder)}-wal`, randomBytes(500));
      open(folder).store.close();
      // Names are times in milliseconds.
      const started = Date.now();
      while (Date.now() === started);
    }
    const kept = readdirSync(folder).filter((name) => name.includes('.corrupt-') && !/-(wal|shm)$/.test(name));
    expect(kept).toHaveLength(3);
    expect(readdirSync(folder).filter((name) => name.includes('.corrupt-')).length).toBeLessThanOrEqual(9);
  });
});

describe('a repair that is cut short', () => {
  test('while copying is begun again', () => {
    const folder = closedJournal();
    truncateSync(file(folder), 20 * 1_024);
    writeFileSync(`${file(folder)}.repaired`, 'half a copy');
    const { quarantined, store } = open(folder);
    expect(quarantined).toBeDefined();
    expect(existsSync(`${file(folder)}.repaired`)).toBe(false);
    expect(store.append([incoming(1)])).toHaveLength(1);
  });

  test('between its two renames is finished', () => {
    const folder = closedJournal();
    renameSync(file(folder), `${file(folder)}.repaired`);
    const opened = open(folder);
    expect(opened.quarantined).toBeUndefined();
    expect(readAll(opened)).toHaveLength(TELEGRAMS);
  });
});

/** What the journal's thread does when reading finds damage. */
function repaired(folder: string, error: unknown = new Error('found while reading')): Opened {
  return { ...recover({ path: file(folder), endpoints, ...UNLIMITED }, error), lostWal: undefined };
}

/** The database page, counted from 0, that holds this row. */
function pageOf(folder: string, seq: number): number {
  const db = new Database(file(folder), { readonly: true });
  const { crc } = db.prepare<[number], { crc: number }>('SELECT crc FROM telegram WHERE seq = ?').get(seq)!;
  db.close();
  const big = Buffer.alloc(6);
  big.writeIntBE(crc, 0, 6);
  // SQLite writes a number over 2^31 in six bytes, a smaller one in four.
  const found = readFileSync(file(folder)).indexOf(crc > 0x7fffffff ? big : big.subarray(2));
  return Math.floor(found / 1_024);
}

/** Gives a row another number where it lies, as flipped bits would; both have two bytes on disk. */
function changeKey(folder: string, seq: number, damaged: number): void {
  const begin = pageOf(folder, seq) * 1_024;
  const page = readFileSync(file(folder)).subarray(begin, begin + 1_024);
  // The format of SQLite's files, 1.6: the cells of a leaf begin with the length of the row and its number.
  const cells = Array.from({ length: page.readUInt16BE(3) }, (_, index) => page.readUInt16BE(8 + 2 * index));
  const keys = cells.map((cell) => cell + (page.readUInt8(cell) < 0x80 ? 1 : 2));
  const key = keys.find((at) => page.subarray(at, at + 2).equals(varint(seq)))!;
  overwrite(file(folder), begin + key, varint(damaged));
}

const varint = (number: number): Buffer => Buffer.of(0x80 | (number >> 7), number & 0x7f);

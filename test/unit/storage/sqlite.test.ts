import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  DatabaseInUse,
  DatabaseTooNew,
  isDamage,
  isFull,
  openDatabase,
  quarantine,
} from '../../../src/storage/sqlite.ts';
import { temporaryFolder } from '../../support/journal.ts';

const V1 = 'CREATE TABLE t(n INTEGER NOT NULL); INSERT INTO t VALUES (1)';
const V2 = 'ALTER TABLE t ADD COLUMN m INTEGER; UPDATE t SET m = n + 1';

function thrownBy(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

test('a second opener is told that the database is in use, and which', () => {
  const path = join(temporaryFolder(), 'x.db');
  const db = openDatabase(path, [V1], 1_024);
  const error = thrownBy(() => openDatabase(path, [V1], 1_024));
  expect(error).toBeInstanceOf(DatabaseInUse);
  expect(error.message).toBe(`${path} is in use by process ${process.pid}`);
  expect([isDamage(error), isFull(error)]).toEqual([false, false]);
  db.close();
  openDatabase(path, [V1], 1_024).close();
});

test('an older schema is brought up step by step, and what is in it stays', () => {
  const path = join(temporaryFolder(), 'x.db');
  openDatabase(path, [V1], 1_024).close();
  expect(openDatabase(path, [V1, V2], 1_024).prepare('SELECT * FROM t').all()).toEqual([{ n: 1, m: 2 }]);
});

test('a step that fails leaves the older schema as it was', () => {
  const path = join(temporaryFolder(), 'x.db');
  openDatabase(path, [V1], 1_024).close();
  expect(() => openDatabase(path, [V1, V2, 'no SQL'], 1_024)).toThrow(path);
  const db = openDatabase(path, [V1], 1_024);
  expect(db.prepare('SELECT * FROM t').all()).toEqual([{ n: 1 }]);
});

test('a newer schema is refused by name with what to do, and not a byte of it is changed', () => {
  const path = join(temporaryFolder(), 'x.db');
  openDatabase(path, [V1, V2], 1_024).close();
  const before = readFileSync(path);
  const error = thrownBy(() => openDatabase(path, [V1], 1_024));
  expect(error).toBeInstanceOf(DatabaseTooNew);
  expect(error.message).toMatch(/has schema 2, this p1-relay knows up to 1; install the newer p1-relay/);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('a file that cannot be opened is named', () => {
  const path = temporaryFolder();
  const error = thrownBy(() => openDatabase(path, [V1], 1_024));
  expect(error.message).toContain(path);
  expect(isDamage(error)).toBe(false);
});

describe('what an error means', () => {
  test('bytes that are no database are damage', () => {
    const path = join(temporaryFolder(), 'x.db');
    writeFileSync(path, randomBytes(5_000));
    const error = thrownBy(() => openDatabase(path, [V1], 1_024));
    expect(error.message).toBe(`${path} cannot be opened: file is not a database`);
    expect([isDamage(error), isFull(error)]).toEqual([true, false]);
  });

  test('a table that is gone is damage', () => {
    const db = openDatabase(join(temporaryFolder(), 'x.db'), [V1], 1_024);
    expect(isDamage(thrownBy(() => db.prepare('SELECT * FROM lost')))).toBe(true);
  });

  test('a database that may not grow is full, and not damaged', () => {
    const db = openDatabase(join(temporaryFolder(), 'x.db'), [V1], 1_024);
    db.exec('PRAGMA max_page_count=3');
    const insert = db.prepare('INSERT INTO t VALUES (zeroblob(100000))');
    const error = thrownBy(() => insert.run());
    expect([isDamage(error), isFull(error)]).toEqual([false, true]);
    expect(isFull(new Error('wrapped', { cause: error }))).toBe(true);
  });

  test('anything else is neither', () => {
    for (const error of [new Error('no'), 'text', undefined, thrownBy(() => openDatabase('/', [], 1_024))]) {
      expect([isDamage(error), isFull(error)]).toEqual([false, false]);
    }
  });
});

test('a broken database goes into quarantine with its -wal and -shm, of which the newest three are kept', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'x.db');
  const put = (day: number) => {
    for (const suffix of ['', '-wal', '-shm']) writeFileSync(path + suffix, `${day}${suffix}`);
    return quarantine(path, new Date(Date.UTC(2026, 0, day)));
  };
  const paths = [1, 2, 3, 4, 5].map(put);
  writeFileSync(join(folder, 'y.db.corrupt-1'), 'of another');
  expect(paths.map((kept) => kept.startsWith(folder))).not.toContain(false);
  const kept = readdirSync(folder).filter((name) => name.startsWith('x.db'));
  expect(kept.map((name) => readFileSync(join(folder, name), 'utf8')).sort()).toEqual([
    ...['3', '3-shm', '3-wal', '4', '4-shm', '4-wal', '5', '5-shm', '5-wal'],
  ]);
});

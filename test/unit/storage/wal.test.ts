import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Database } from '../../../src/storage/database.ts';
import { brokenCommits } from '../../../src/storage/wal.ts';
import { temporaryFolder } from '../../support/journal.ts';

const PAGE_BYTES = 1_024;
const FRAME_BYTES = 24 + PAGE_BYTES;
const HEADER_BYTES = 32;
const COMMITS = 20;

/** The files of a database that was open when its process was killed: a row a commit, a page each. */
function killed(): string {
  const path = join(temporaryFolder(), 'a.db');
  const db = new Database(path);
  db.exec(`PRAGMA page_size=${PAGE_BYTES}`);
  db.exec('PRAGMA journal_mode=WAL');
  db.exec('CREATE TABLE t(n INTEGER PRIMARY KEY)');
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const insert = db.prepare('INSERT INTO t VALUES (?)');
  for (let n = 1; n <= COMMITS; n++) insert.run(n);
  const copy = `${path}.copy`;
  for (const suffix of ['', '-wal']) copyFileSync(path + suffix, copy + suffix);
  db.close();
  return copy;
}

function damage(path: string, at: number): void {
  const bytes = readFileSync(`${path}-wal`);
  bytes[at] = bytes[at]! ^ 0x40;
  writeFileSync(`${path}-wal`, bytes);
}

/** What SQLite itself reads of it. */
function rows(path: string): number {
  const db = new Database(path);
  const { count } = db.prepare<[], { count: number }>('SELECT count(*) AS count FROM t').get()!;
  db.close();
  return count;
}

test('a whole -wal has no broken commit', () => {
  const path = killed();
  expect(brokenCommits(`${path}-wal`, PAGE_BYTES)).toBe(0);
  expect(rows(path)).toBe(COMMITS);
});

test.for([
  ['in a page', HEADER_BYTES + 7 * FRAME_BYTES + 500, 13],
  ["in a frame's salt", HEADER_BYTES + 7 * FRAME_BYTES + 9, 12],
  ["in a frame's checksum", HEADER_BYTES + 7 * FRAME_BYTES + 17, 13],
  ['in the last page', HEADER_BYTES + 19 * FRAME_BYTES + 500, 1],
  ['in the header', 20, 20],
] as const)('a flipped bit %s breaks the commits from there on', ([, at, broken]) => {
  const path = killed();
  damage(path, at);
  expect(brokenCommits(`${path}-wal`, PAGE_BYTES)).toBe(broken);
  // The frame whose salt it is counts as one of another round.
  expect([COMMITS - broken, COMMITS - broken - 1]).toContain(rows(path));
});

test('what is left of an earlier round is not counted', () => {
  const path = join(temporaryFolder(), 'a.db');
  const db = new Database(path);
  db.exec(`PRAGMA page_size=${PAGE_BYTES}`);
  db.exec('PRAGMA journal_mode=WAL');
  db.exec('CREATE TABLE t(n INTEGER PRIMARY KEY)');
  for (let n = 1; n <= COMMITS; n++) db.prepare('INSERT INTO t VALUES (?)').run(n);
  db.exec('PRAGMA wal_checkpoint(RESTART)');
  db.prepare('INSERT INTO t VALUES (100)').run();
  expect(readFileSync(`${path}-wal`).length).toBeGreaterThan(COMMITS * FRAME_BYTES);
  expect(brokenCommits(`${path}-wal`, PAGE_BYTES)).toBe(0);
  damage(path, HEADER_BYTES + 500);
  expect(brokenCommits(`${path}-wal`, PAGE_BYTES)).toBe(1);
  db.close();
});

test('where there is none, or none that was begun, nothing is broken', () => {
  const path = killed();
  writeFileSync(`${path}-wal`, Buffer.alloc(HEADER_BYTES));
  expect(brokenCommits(`${path}-wal`, PAGE_BYTES)).toBe(0);
  rmSync(`${path}-wal`);
  expect(brokenCommits(`${path}-wal`, PAGE_BYTES)).toBe(0);
});

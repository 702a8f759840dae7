import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Commits } from '../../../src/journal/commits.ts';
import { openDatabase, type Database } from '../../../src/storage/sqlite.ts';
import { temporaryFolder } from '../../support/journal.ts';

const INTERVAL_MS = 10_000;

/** Commits with a clock that is set by hand; `commit` tells under which of SQLite's modes it ran. */
function open(syncIntervalMs: number) {
  const db = openDatabase(join(temporaryFolder(), 'test.db'), ['CREATE TABLE t(n)'], 1_024);
  const clock = { ms: 0 };
  const log: string[] = [];
  const mirror = {
    begin: () => log.push('begin'),
    write: () => log.push('write'),
    committed: () => log.push('committed'),
    rolledBack: () => log.push('rolled back'),
  };
  const commits = new Commits(db, { syncIntervalMs, nowMs: () => clock.ms, mirrors: [mirror] });
  const commit = (atMs: number) => {
    clock.ms = atMs;
    return commits.run(() => modeOf(db));
  };
  return { db, clock, log, commits, commit };
}

/** As in the documentation of `PRAGMA synchronous`: 1 waits for the card at checkpoints only, 2 at each commit. */
const modeOf = (db: Database) => (db.pragma('synchronous') === 2 ? 'synced' : 'cached');

test('one commit an interval waits for the card, however many there are', () => {
  const { commit } = open(INTERVAL_MS);
  const seconds = Array.from({ length: 31 }, (_, second) => second);
  const synced = seconds.filter((second) => commit(second * 1_000) === 'synced');
  // Counted from the first commit behind the last sync: 0…10, 11…21.
  expect(synced).toEqual([10, 21]);
});

test('a commit after a long silence is the first of its interval', () => {
  const { commit } = open(INTERVAL_MS);
  expect([commit(0), commit(10_000), commit(100_000), commit(109_999), commit(110_000)]).toEqual([
    ...['cached', 'synced', 'cached', 'cached', 'synced'],
  ]);
});

test('with an interval of 0 every commit waits for the card', () => {
  const { commit } = open(0);
  expect([commit(0), commit(0), commit(1)]).toEqual(['synced', 'synced', 'synced']);
});

test('a sync is due an interval after the first commit that is only cached, telegram or not', () => {
  const { clock, commits, commit } = open(INTERVAL_MS);
  clock.ms = 50_000;
  expect(commits.isSyncDue).toBe(false);
  commit(60_000);
  clock.ms = 69_999;
  expect(commits.isSyncDue).toBe(false);
  clock.ms = 70_000;
  expect(commits.isSyncDue).toBe(true);
  expect(commits.runSynced(() => 'done')).toBe('done');
  expect(commits.isSyncDue).toBe(false);
});

test('a synced commit leaves the next one cached again, also where it fails', () => {
  const { db, commits } = open(INTERVAL_MS);
  expect(commits.runSynced(() => modeOf(db))).toBe('synced');
  expect(modeOf(db)).toBe('cached');
  expect(() => commits.runSynced(() => db.exec('no SQL'))).toThrow();
  expect(modeOf(db)).toBe('cached');
});

test('memory is told of begin, write and end, and of a rollback whatever failed', () => {
  const { db, log, commits } = open(INTERVAL_MS);
  commits.run(() => log.push('work'));
  expect(log.splice(0)).toEqual(['begin', 'work', 'write', 'committed']);
  const failing = () => {
    db.exec('INSERT INTO t VALUES (1)');
    throw new Error('half-way');
  };
  expect(() => commits.run(failing)).toThrow('half-way');
  expect(log.splice(0)).toEqual(['begin', 'rolled back']);
  expect(db.prepare('SELECT count(*) AS count FROM t').get()).toEqual({ count: 0 });
});

test('how long the commits took is counted that waited for the card, and of no other', () => {
  const { clock, commits } = open(INTERVAL_MS);
  commits.run(() => (clock.ms += 50));
  commits.runSynced(() => (clock.ms += 20));
  commits.runSynced(() => (clock.ms += 7_000));
  const { bounds, counts, seconds } = commits.synced;
  const filled = counts.flatMap((count, range) => (count === 0 ? [] : [[bounds[range], count]]));
  expect(filled).toEqual([
    [0.025, 1],
    [10, 1],
  ]);
  expect(seconds).toBeCloseTo(7.02, 9);
});

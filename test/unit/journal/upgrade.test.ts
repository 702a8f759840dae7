import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Database } from '../../../src/storage/database.ts';
import { elapsedSince } from '../../../src/time/boot.ts';
import {
  countsOf,
  filesAsAfterAKill,
  incoming,
  numbersOf,
  openStore,
  restOf,
  temporaryFolder,
} from '../../support/journal.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures/journal');
const endpoints = [
  { name: 'home', source: undefined },
  { name: 'vps', source: 'house' },
];

function journalOf(fixture: string): string {
  const folder = temporaryFolder();
  const db = new Database(join(folder, 'journal.db'));
  db.exec(readFileSync(join(FIXTURES, `${fixture}.sql`), 'utf8'));
  db.close();
  return folder;
}

describe.each(['schema-1-closed', 'schema-1-killed'])('a journal of an earlier schema, %s,', (fixture) => {
  test('keeps every letter, cursor and count', () => {
    const store = openStore(journalOf(fixture), { endpoints });
    expect(numbersOf(store.read(0, 100, undefined))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    expect(numbersOf(restOf(store, 'home'))).toEqual([7, 8, 9, 10, 11, 12, 13, 14, 15]);
    expect(numbersOf(restOf(store, 'vps', 'house'))).toEqual([12]);
    expect(countsOf(store, 'home')).toEqual({ waiting: 9, delivered: 4, thinned: 1, buried: 1 });
    expect(countsOf(store, 'vps')).toEqual({ waiting: 1, delivered: 10, buried: 1 });
    expect(store.takenOut).toEqual([]);
  });

  test('keeps its dead letters, none of them set aside', () => {
    const store = openStore(journalOf(fixture), { endpoints });
    expect(store.dead.list(undefined, 10)).toMatchObject([
      {
        ...incoming(6),
        id: 1,
        endpoint: 'home',
        seq: 6,
        buriedAt: 60_000,
        reason: 'refused 6',
        retry: true,
        aside: false,
      },
      { id: 2, endpoint: 'vps', seq: 11, raw: undefined, reason: 'damaged 11', retry: false, aside: false },
    ]);
  });

  test('has a letter in doubt for each endpoint, because that program did not say whether one was under way', () => {
    const store = openStore(journalOf(fixture), { endpoints });
    for (const { doubt } of store.cursors.state()) expect(elapsedSince(doubt!)).toBeGreaterThanOrEqual(0);
  });

  test('gives no number twice, and is of the newest schema from then on', () => {
    const folder = journalOf(fixture);
    const store = openStore(folder, { endpoints });
    const [seq = NaN] = store.append([incoming(16)]);
    expect(seq).toBe(fixture.endsWith('closed') ? 16 : 1_001);
    expect(numbersOf(restOf(openStore(filesAsAfterAKill(folder), { endpoints }), 'vps', 'house'))).toEqual([12, 16]);
  });
});

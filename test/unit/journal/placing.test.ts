import { describe, expect, test } from 'vitest';
import type { Incoming } from '../../../src/journal/crossing.ts';
import {
  countsOf,
  filesAsAfterAKill,
  incoming,
  numbersOf,
  openStore,
  restOf,
  several,
  temporaryFolder,
} from '../../support/journal.ts';
import { upTo } from '../../support/up-to.ts';

const MONDAY = Date.parse('2026-01-05T00:00:00Z');
const MINUTE_MS = 60_000;
const all = (name: string) => ({ name, source: undefined });
const from = (first: number, last: number): number[] => upTo(last, first);
/** The n-th telegram was received n minutes after Monday began, where nothing else is said. */
const minutes = (last: number, at: (n: number) => number = (n) => MONDAY + n * MINUTE_MS): Incoming[] =>
  upTo(last).map((n) => ({ ...incoming(n), at: at(n) }));

/** The files of a journal that was closed in order, with an endpoint `old` that has the first `done` of these. */
function closedJournal(telegrams: readonly Incoming[], done = 0): string {
  const folder = temporaryFolder();
  const store = openStore(folder, { endpoints: [all('old')] });
  store.append(telegrams);
  store.cursors.pass(upTo(done).map((seq) => ({ endpoint: 'old', seq, how: 'delivered' as const })));
  store.close();
  return folder;
}

describe('a new endpoint begins', () => {
  function begin(telegrams: readonly Incoming[], where: 'now' | 'beginning' | number | undefined) {
    const place = where === undefined ? all('new') : { ...all('new'), from: where };
    const store = openStore(closedJournal(telegrams), { endpoints: [all('old'), place] });
    const numbers = numbersOf(restOf(store, 'new'));
    expect(countsOf(store, 'new')).toEqual(numbers.length === 0 ? {} : { waiting: numbers.length });
    return numbers;
  }

  test('behind the newest letter, or with the oldest that is kept', () => {
    expect(begin(minutes(20), undefined)).toEqual([]);
    expect(begin(minutes(20), 'now')).toEqual([]);
    expect(begin(minutes(20), 'beginning')).toEqual(upTo(20));
  });

  test('with the first letter of a time, or after it', () => {
    expect(begin(minutes(20), MONDAY + 5 * MINUTE_MS)).toEqual(from(5, 20));
    expect(begin(minutes(20), MONDAY + 5 * MINUTE_MS + 1)).toEqual(from(6, 20));
    expect(begin(minutes(20), MONDAY - MINUTE_MS)).toEqual(upTo(20));
    expect(begin(minutes(20), MONDAY + 21 * MINUTE_MS)).toEqual([]);
    expect(begin([], MONDAY)).toEqual([]);
  });

  test('with that letter also where hours before and behind it have a time that cannot be true', () => {
    const NEXT_YEAR = Date.now() + 365 * 86_400_000;
    const unset = (first: number, last: number, at: number) => (n: number) =>
      n >= first && n <= last ? at + n : MONDAY + n * MINUTE_MS;
    for (const wrong of [0, NEXT_YEAR]) {
      expect(begin(minutes(1_000, unset(300, 700, wrong)), MONDAY + 800 * MINUTE_MS)).toEqual(from(800, 1_000));
      expect(begin(minutes(1_000, unset(300, 700, wrong)), MONDAY + 200 * MINUTE_MS)).toEqual(from(200, 1_000));
      expect(begin(minutes(1_000, unset(1, 400, wrong)), MONDAY + 600 * MINUTE_MS)).toEqual(from(600, 1_000));
      expect(begin(minutes(1_000, unset(600, 1_000, wrong)), MONDAY + 400 * MINUTE_MS)).toEqual(from(400, 1_000));
    }
  });

  test('with the letters of an unknown time that lie directly before it: none is left out', () => {
    const unset = (n: number) => (n >= 300 && n <= 700 ? n : MONDAY + n * MINUTE_MS);
    expect(begin(minutes(1_000, unset), MONDAY + 500 * MINUTE_MS)).toEqual(from(300, 1_000));
  });

  test('there once: at the next start it goes on from where it is', () => {
    const folder = closedJournal(minutes(20));
    const endpoints = [{ ...all('new'), from: 'beginning' as const }];
    const first = openStore(folder, { endpoints });
    first.cursors.pass([{ endpoint: 'new', seq: 1, how: 'delivered' }]);
    first.close();
    const store = openStore(folder, { endpoints });
    expect(numbersOf(restOf(store, 'new'))).toEqual(from(2, 20));
  });
});

describe('an endpoint that is renamed', () => {
  const renamed = { ...all('new'), formerly: 'old' };

  test('takes over the cursor, the counts, the dead letters and those set aside', () => {
    const folder = closedJournal(several(1, 10), 4);
    const before = openStore(folder, { endpoints: [all('old')] });
    for (const n of [5, 6]) {
      before.bury('old', { ...incoming(n), seq: n, buriedAt: 5, reason: `refused ${n}` }, n === 6);
    }
    before.close();
    const store = openStore(folder, { endpoints: [renamed] });
    expect(countsOf(store, 'new')).toEqual({ waiting: 4, delivered: 4, buried: 2 });
    expect(numbersOf(restOf(store, 'new'))).toEqual([7, 8, 9, 10]);
    expect([store.dead.count('new'), store.dead.countAside('new'), store.dead.count('old')]).toEqual([1, 1, 0]);
    expect(store.takenOut).toEqual([]);
  });

  test('has it at every later start, although the setting stays', () => {
    const folder = closedJournal(several(1, 10), 4);
    openStore(folder, { endpoints: [renamed] }).close();
    const store = openStore(filesAsAfterAKill(folder), { endpoints: [renamed] });
    expect(countsOf(store, 'new')).toEqual({ waiting: 6, delivered: 4 });
  });

  test('keeps what it has where the journal knows both names', () => {
    const folder = closedJournal(several(1, 10), 4);
    const both = openStore(folder, { endpoints: [all('old'), all('new')] });
    both.append(several(11, 12));
    both.close();
    const store = openStore(folder, { endpoints: [renamed] });
    expect(countsOf(store, 'new')).toEqual({ waiting: 2 });
    expect(store.takenOut).toEqual([{ name: 'old', waiting: 8 }]);
  });

  test('begins as a new one where the journal never knew that name', () => {
    const store = openStore(closedJournal(several(1, 10)), { endpoints: [{ ...all('new'), formerly: 'other' }] });
    expect(countsOf(store, 'new')).toEqual({});
  });
});

describe('an endpoint that is taken out', () => {
  test('is named once with what waits for it, and goes on from where it was when it is back', () => {
    const folder = closedJournal(several(1, 10), 4);
    const without = openStore(folder, { endpoints: [] });
    expect(without.takenOut).toEqual([{ name: 'old', waiting: 6 }]);
    without.append(several(11, 15));
    without.close();
    const still = openStore(folder, { endpoints: [] });
    expect(still.takenOut).toEqual([]);
    still.close();
    const back = openStore(folder, { endpoints: [{ ...all('old'), from: 'now' }] });
    expect(numbersOf(restOf(back, 'old'))).toEqual(from(5, 15));
    expect(countsOf(back, 'old')).toEqual({ waiting: 11, delivered: 4 });
  });

  test('frees the space of what waited for it alone', () => {
    const folder = closedJournal(several(1, 10), 4);
    const store = openStore(folder, { endpoints: [all('new')], keepMs: 0 });
    store.tidy(Date.now());
    expect(numbersOf(store.read(0, 100, undefined))).toEqual([10]);
  });
});

test('an endpoint whose source is another one goes on behind the same letter, with those of the new source', () => {
  const folder = temporaryFolder();
  const house = openStore(folder, { endpoints: [{ name: 'old', source: 'house' }] });
  house.append([...several(1, 4, 'house'), ...several(5, 9, 'barn')]);
  house.cursors.pass([{ endpoint: 'old', seq: 2, how: 'delivered' }]);
  house.close();
  const barn = openStore(folder, { endpoints: [{ name: 'old', source: 'barn' }] });
  expect(numbersOf(restOf(barn, 'old', 'barn'))).toEqual([5, 6, 7, 8, 9]);
  expect(countsOf(barn, 'old')).toEqual({ waiting: 5, delivered: 1 });
});

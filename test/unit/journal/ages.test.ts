import { describe, expect, test } from 'vitest';
import type { JournalStore } from '../../../src/journal/store.ts';
import { filesAsAfterAKill, incoming, numbersOf, openStore, temporaryFolder } from '../../support/journal.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;
const T = Date.parse('2026-01-05T00:00:00Z');
const KEEP = { endpoints: [], keepMs: 30 * DAY };

const hours = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);
/** The n-th telegram was received n hours after T, where nothing else is said. */
const fill = (store: JournalStore, last: number, at = (n: number) => T + n * HOUR) =>
  store.append(hours(1, last).map((n) => ({ ...incoming(n), at: at(n) })));
const kept = (store: JournalStore) => numbersOf(store.read(0, 10_000, undefined));
/** The hour at which what is younger than the n-th telegram is kept. */
const whenOutdated = (n: number): number => T + n * HOUR + KEEP.keepMs + 1;

describe('what is kept for replay', () => {
  test('does not go by a clock that jumps a year ahead and back an hour later', () => {
    let nowMs = 0;
    const store = openStore(temporaryFolder(), { ...KEEP, nowMs: () => nowMs });
    fill(store, 10);
    store.tidy(T + 10 * HOUR);
    for (const minute of hours(1, 60)) {
      nowMs = minute * 60_000;
      store.tidy(T + 10 * HOUR + YEAR + nowMs);
    }
    store.tidy(T + 11 * HOUR);
    expect(kept(store)).toEqual(hours(1, 10));
    nowMs = 30 * DAY;
    store.tidy(whenOutdated(4));
    expect(kept(store)).toEqual(hours(5, 10));
  });

  test('does not go by that clock after a kill and a start either, although the newest telegram has its time', () => {
    const folder = temporaryFolder();
    let nowMs = 0;
    const store = openStore(folder, { ...KEEP, nowMs: () => nowMs });
    fill(store, 10);
    store.tidy(T + 10 * HOUR);
    store.append([{ ...incoming(11), at: T + YEAR }]);
    const again = openStore(filesAsAfterAKill(folder), { ...KEEP, nowMs: () => nowMs });
    again.tidy(T + YEAR + HOUR);
    expect(kept(again)).toEqual(hours(1, 11));
    nowMs = DAY;
    again.tidy(T + YEAR + HOUR + DAY);
    expect(kept(again)).toEqual([11]);
  });

  test('waits for a day where a journal without a known time was not used for a year', () => {
    const folder = temporaryFolder();
    fill(openStore(folder, KEEP), 10);
    let nowMs = 0;
    const store = openStore(filesAsAfterAKill(folder), { ...KEEP, nowMs: () => nowMs });
    store.tidy(T + YEAR);
    expect(kept(store)).toEqual(hours(1, 10));
    nowMs = DAY;
    store.tidy(T + YEAR + DAY);
    expect(kept(store)).toEqual([10]);
  });

  test('goes by its neighbours where it came in 1970, or a year from now', () => {
    for (const wrong of [0, T + YEAR]) {
      const store = openStore(temporaryFolder(), KEEP);
      fill(store, 20, (n) => (n > 5 && n <= 10 ? wrong + n : T + n * HOUR));
      store.tidy(whenOutdated(3));
      expect(kept(store)).toEqual(hours(4, 20));
      store.tidy(whenOutdated(12));
      expect(kept(store)).toEqual(hours(13, 20));
    }
  });

  test('goes too behind a thousand and more telegrams from the future', () => {
    const store = openStore(temporaryFolder(), KEEP);
    fill(store, 3_000, (n) => (n <= 2_500 ? T + YEAR + n : T + n * HOUR));
    store.tidy(whenOutdated(2_500));
    expect(kept(store)).toEqual(hours(1, 3_000));
    store.tidy(whenOutdated(2_510));
    expect(kept(store)).toEqual(hours(2_511, 3_000));
  });
});

test('the size of what is kept does not hang on any clock', () => {
  const store = openStore(temporaryFolder(), { ...KEEP, keepBytes: 50_000 });
  fill(store, 1_500, (n) => T + YEAR + n);
  store.tidy(T);
  expect(store.state().bytes).toBeLessThanOrEqual(50_000);
  expect(kept(store).at(-1)).toBe(1_500);
});

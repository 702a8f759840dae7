import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NO_LOSSES } from '../../../src/journal/losses.ts';
import type { Incoming } from '../../../src/journal/crossing.ts';
import type { JournalStore } from '../../../src/journal/store.ts';
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

const HOUR_MS = 3_600_000;
const endpoints = [
  { name: 'a', source: undefined },
  { name: 'b', source: undefined },
];

const pass = (store: JournalStore, endpoint: string, seqs: readonly number[]) =>
  store.cursors.pass(seqs.map((seq) => ({ endpoint, seq, how: 'delivered' as const })));
const kept = (store: JournalStore) => store.read(0, 100_000, undefined).map(({ seq }) => seq);

/** A telegram that does not pack: about a page each. */
const bulky = (n: number): Incoming => ({ ...incoming(n), raw: randomBytes(1_000) });
const bulk = (from: number, to: number): Incoming[] => upTo(to - from + 1).map((n) => bulky(from + n - 1));

describe('what every endpoint has', () => {
  test('is kept for replay up to its age, not a millisecond longer', () => {
    const store = openStore(temporaryFolder(), { endpoints, keepMs: HOUR_MS });
    store.append(several(1, 10));
    pass(store, 'a', upTo(10));
    pass(store, 'b', upTo(10));
    // The n-th telegram was received n seconds after 1970.
    store.tidy(4_000 + HOUR_MS);
    expect(kept(store)).toEqual([4, 5, 6, 7, 8, 9, 10]);
    store.tidy(4_001 + HOUR_MS);
    expect(kept(store)).toEqual([5, 6, 7, 8, 9, 10]);
  });

  test('is kept for replay up to its size', () => {
    const store = openStore(temporaryFolder(), { endpoints: [], keepBytes: 3_000_000 });
    store.append(bulk(1, 4_000));
    expect(store.state().bytes).toBeGreaterThan(4_000_000);
    store.tidy(0);
    expect(store.state().bytes).toBeLessThanOrEqual(3_000_000);
    // No more is let go than a commit's worth of rows.
    expect(store.state().bytes).toBeGreaterThan(1_500_000);
    expect(kept(store).at(-1)).toBe(4_000);
  });

  test('does not go while one endpoint still needs it', () => {
    const store = openStore(temporaryFolder(), { endpoints, keepMs: 0 });
    store.append(several(1, 10));
    pass(store, 'a', upTo(10));
    pass(store, 'b', [1, 2, 3]);
    store.tidy(Date.now());
    expect(kept(store)).toEqual([4, 5, 6, 7, 8, 9, 10]);
    expect([countsOf(store, 'a'), countsOf(store, 'b')]).toEqual([{ delivered: 10 }, { waiting: 7, delivered: 3 }]);
  });

  test('goes however far behind an endpoint stands that was taken out', () => {
    const folder = temporaryFolder();
    const first = openStore(folder, { endpoints });
    first.append(several(1, 5));
    first.close();
    const store = openStore(folder, { endpoints: [endpoints[0]!], keepMs: 0 });
    pass(store, 'a', upTo(5));
    store.tidy(Date.now());
    expect(kept(store)).toEqual([5]);
  });

  test('goes however long the source of another endpoint has been silent', () => {
    const places = [endpoints[0]!, { name: 'barn', source: 'barn' }];
    const store = openStore(temporaryFolder(), { endpoints: places, keepMs: 0 });
    store.append([incoming(1, 'barn'), ...several(2, 5, 'house')]);
    pass(store, 'a', upTo(5));
    pass(store, 'barn', [1]);
    store.tidy(Date.now());
    expect(kept(store)).toEqual([5]);
    expect(countsOf(store, 'barn')).toEqual({ delivered: 1 });
  });

  test('stays with its newest row, also after a crash', () => {
    const folder = temporaryFolder();
    openStore(folder, { endpoints: [] }).append(several(1, 3));
    const store = openStore(filesAsAfterAKill(folder), { endpoints: [], keepMs: 0 });
    store.tidy(Date.now());
    expect(kept(store)).toEqual([3]);
  });

  test('goes a bounded number of rows at a call, and the rest with the next ones', () => {
    const store = openStore(temporaryFolder(), { endpoints: [], keepMs: 0 });
    store.append(several(1, 25_001));
    store.tidy(Date.now());
    const afterOne = kept(store).length;
    expect(afterOne).toBe(5_001);
    store.tidy(Date.now());
    expect(kept(store)).toEqual([25_001]);
  });
});

describe('over the size limit', () => {
  const maxBytes = 500_000;
  const limits = { endpoints, keepBytes: 100_000, maxBytes };
  /** The n-th telegram was received n seconds after 1970; appends that found no room leave holes in the numbers. */
  const waitingFor = (store: JournalStore, name: string, source?: string) =>
    restOf(store, name, source).map(({ at }) => at / 1_000);

  function fill(store: JournalStore, from: number, to: number, each: (seqs: number[]) => void = () => undefined): void {
    for (let n = from; n <= to; n += 10) each(store.append(bulk(n, n + 9)));
  }

  test('the laggard alone loses its oldest, exactly counted', () => {
    const store = openStore(temporaryFolder(), limits);
    fill(store, 1, 900, (seqs) => {
      pass(store, 'b', seqs);
      store.tidy(0);
    });
    const { waiting = NaN, dropped = NaN } = countsOf(store, 'a');
    expect(dropped).toBeGreaterThan(300);
    expect(waiting + dropped).toBe(900);
    expect(waitingFor(store, 'a')).toEqual(upTo(900).slice(dropped));
    expect(countsOf(store, 'b')).toEqual({ delivered: 900 });
    expect(store.state().bytes).toBeLessThanOrEqual(maxBytes);
  });

  test('an endpoint a little further loses nothing before the slowest has come up to it', () => {
    const store = openStore(temporaryFolder(), limits);
    fill(store, 1, 50, (seqs) => pass(store, 'b', seqs));
    const lost: (readonly [a: number, b: number])[] = [];
    fill(store, 51, 700, () => lost.push([countsOf(store, 'a')['dropped'] ?? 0, countsOf(store, 'b')['dropped'] ?? 0]));
    expect(lost.map(([, b]) => b)).toEqual(lost.map(([a]) => Math.max(0, a - 50)));
    expect(lost.some(([a, b]) => a > 0 && b === 0)).toBe(true);
    expect(lost.some(([, b]) => b > 0)).toBe(true);
  });

  test('endpoints that stand at the same letter lose the same, and a third that is further nothing', () => {
    const three = [...endpoints, { name: 'c', source: undefined }];
    const store = openStore(temporaryFolder(), { ...limits, endpoints: three });
    fill(store, 1, 100, (seqs) => ['a', 'b', 'c'].forEach((name) => pass(store, name, seqs)));
    fill(store, 101, 600, (seqs) => pass(store, 'c', seqs.slice(0, seqs[0]! <= 400 ? 10 : 0)));
    fill(store, 601, 690);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => countsOf(store, name));
    expect(a).toEqual(b);
    expect(a!['dropped']).toBeGreaterThan(50);
    expect(a!['waiting']! + a!['dropped']!).toBe(590);
    expect(c).toEqual({ waiting: 290, delivered: 400 });
    expect(waitingFor(store, 'a')).toEqual(waitingFor(store, 'b'));
  });

  test('the file itself never grows by more than one in a hundred past it, and no append is refused', () => {
    const folder = temporaryFolder();
    const store = openStore(folder, limits);
    fill(store, 1, 2_000);
    expect(statSync(join(folder, 'journal.db')).size).toBeLessThanOrEqual(maxBytes * 1.01);
    const { waiting = NaN, dropped = NaN } = countsOf(store, 'a');
    expect(waiting + dropped).toBe(2_000);
    expect(waitingFor(store, 'a').at(-1)).toBe(2_000);
  });

  test('one append may be larger than all that is left', () => {
    const store = openStore(temporaryFolder(), limits);
    fill(store, 1, 300);
    store.append(bulk(301, 500));
    expect(waitingFor(store, 'a').slice(-200)).toEqual(upTo(500).slice(300));
    const { waiting = NaN, dropped = NaN } = countsOf(store, 'a');
    expect(waiting + dropped).toBe(500);
  });

  test('a letter that arrives after it was dropped corrects the count', () => {
    const store = openStore(temporaryFolder(), limits);
    fill(store, 1, 600);
    const { dropped = NaN, waiting = NaN } = countsOf(store, 'a');
    const losses = { ...NO_LOSSES, dropped };
    expect(store.cursors.newlyLost()).toEqual(new Map(Object.entries({ a: losses, b: losses })));
    // Two that were under way when they were dropped.
    pass(store, 'a', [1, 2]);
    expect(countsOf(store, 'a')).toEqual({ waiting, delivered: 2, dropped: dropped - 2 });
    expect(store.cursors.newlyLost()).toEqual(new Map([['a', { ...NO_LOSSES, dropped: -2 }]]));
    expect(store.cursors.newlyLost()).toEqual(new Map());
  });

  test('what was dropped is still counted after the next start', () => {
    const folder = temporaryFolder();
    const store = openStore(folder, limits);
    fill(store, 1, 600);
    const counts = countsOf(store, 'a');
    expect(counts['dropped']).toBeGreaterThan(0);
    store.close();
    const again = openStore(folder, limits);
    expect(countsOf(again, 'a')).toEqual(counts);
    expect(again.cursors.newlyLost()).toEqual(new Map());
  });

  test('where endpoints differ in source only the letters of their own are counted', () => {
    const places = [
      { name: 'house', source: 'house' },
      { name: 'barn', source: 'barn' },
    ];
    const store = openStore(temporaryFolder(), { ...limits, endpoints: places });
    for (let n = 1; n <= 600; n++) store.append([{ ...bulky(n), source: n % 5 === 0 ? 'barn' : 'house' }]);
    const [house, barn] = [countsOf(store, 'house'), countsOf(store, 'barn')];
    expect(house['waiting']! + house['dropped']!).toBe(480);
    expect(barn['waiting']! + barn['dropped']!).toBe(120);
    expect(waitingFor(store, 'house', 'house')).toHaveLength(house['waiting']!);
    expect(waitingFor(store, 'barn', 'barn')).toHaveLength(barn['waiting']!);
  });
});

test('a large file that is nearly empty is written anew, and keeps what is in it', () => {
  const folder = temporaryFolder();
  const store = openStore(folder, { endpoints: [], keepMs: 0 });
  const large = Array.from({ length: 350 }, (_, n) => ({ ...incoming(n), raw: randomBytes(60_000) }));
  for (let n = 0; n < 4; n++) store.append(large);
  store.append([incoming(9)]);
  expect(store.state().bytes).toBeGreaterThan(64e6);
  store.tidy(Date.now());
  expect(numbersOf(store.read(0, 10, undefined))).toEqual([9]);
  store.append([incoming(10)]);
  store.close();
  expect(statSync(join(folder, 'journal.db')).size).toBeLessThan(3e6);
  expect(numbersOf(openStore(folder, { endpoints: [] }).read(0, 10, undefined))).toEqual([9, 10]);
});

test('a journal that dead letters fill forgets the oldest of them, counted, and none of its endpoints stands still', () => {
  const store = openStore(temporaryFolder(), { endpoints, maxBytes: 300_000 });
  for (let n = 1; n <= 400; n++) {
    const [seq = NaN] = store.append([bulky(n)]);
    pass(store, 'b', [seq]);
    store.bury('a', { ...bulky(n), seq, buriedAt: 0, reason: `refused ${n}` });
  }
  const { buried = NaN, dropped = NaN, ...rest } = countsOf(store, 'a');
  expect(rest).toEqual({});
  expect([buried + dropped, store.dead.count('a')]).toEqual([400, buried]);
  expect(dropped).toBeGreaterThan(50);
  expect(store.dead.list('a', 1)[0]?.reason).toBe(`refused ${dropped + 1}`);
  expect(countsOf(store, 'b')).toEqual({ delivered: 400 });
});

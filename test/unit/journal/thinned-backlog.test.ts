import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { NO_LOSSES } from '../../../src/journal/losses.ts';
import type { EndpointPlace } from '../../../src/journal/placing.ts';
import type { Incoming } from '../../../src/journal/crossing.ts';
import type { JournalStore } from '../../../src/journal/store.ts';
import { countsOf, filesAsAfterAKill, openStore, restOf, temporaryFolder } from '../../support/journal.ts';

const NOON = Date.parse('2026-01-05T11:00:00Z');
const MAX_BYTES = 400_000;
const LITTLE_BYTES = 250_000;

/** The n-th telegram was received n seconds after noon, by a meter without a clock; some 400 bytes each. */
function telegram(n: number, source = 'house'): Incoming {
  const noise = Array.from({ length: 4 }, (_, part) => createHash('sha512').update(`${n}-${part}`).digest('base64'));
  const raw = Buffer.from(`/X\r\n\r\n1-0:1.8.1(${n}*kWh)\r\n0-0:96.13.0(${noise.join('')})\r\n!\r\n`);
  return { source, at: NOON + n * 1_000, checksum: 'valid', raw };
}

const secondOf = ({ at }: { at: number }): number => (at - NOON) / 1_000;
const waitingFor = (store: JournalStore, name: string, source?: string) => restOf(store, name, source).map(secondOf);
const thinned = (name: string, source?: string): EndpointPlace => ({ name, source, thinBacklogMs: 10_000 });
const whole = (name: string, source?: string): EndpointPlace => ({ name, source });
/** What the rules keep of one telegram a second: the first of ten, the last of a minute. */
const isKept = (second: number): boolean => second % 10 === 0 || second % 60 === 59;

function open(endpoints: readonly EndpointPlace[], maxBytes = MAX_BYTES, folder = temporaryFolder()): JournalStore {
  return openStore(folder, { endpoints, maxBytes });
}

/** One telegram a second, in appends of ten, housekeeping once a minute. */
function live(store: JournalStore, from: number, to: number, each: (seqs: number[]) => void = () => undefined): void {
  for (let n = from; n <= to; n += 10) {
    each(store.append(Array.from({ length: 10 }, (_, index) => telegram(n + index))));
    if ((n + 9) % 60 === 0) store.tidy(NOON + n * 1_000);
  }
}

const pass = (store: JournalStore, endpoint: string, seqs: readonly number[]) =>
  store.cursors.pass(seqs.map((seq) => ({ endpoint, seq, how: 'delivered' as const })));

describe('a journal over its size', () => {
  test('thins the backlog before anything is dropped: its first, a tenth of the rest, and the newest remain', () => {
    const store = open([thinned('a')]);
    live(store, 1, 2_400);
    const waiting = waitingFor(store, 'a');
    expect(countsOf(store, 'a')).toEqual({ waiting: waiting.length, thinned: 2_400 - waiting.length });
    expect(waiting[0]).toBe(1);
    expect(waiting).toEqual(expect.arrayContaining(Array.from({ length: 2_400 }, (_, n) => n + 1).filter(isKept)));
    expect(waiting.slice(-200)).toEqual(Array.from({ length: 200 }, (_, n) => 2_201 + n));
    expect(store.state().bytes).toBeLessThanOrEqual(MAX_BYTES * 1.01);
    // Of what was thinned little is kept beside what the rules name: the last of each slice.
    const old = waiting.filter((second) => second <= 1_800 && !isKept(second));
    expect(old.length).toBeLessThan(20);
  });

  test('drops the oldest once nothing is left to thin, each letter counted once', () => {
    const store = open([thinned('a')], LITTLE_BYTES);
    live(store, 1, 6_000);
    const waiting = waitingFor(store, 'a');
    const { dropped = NaN, thinned: left = NaN } = countsOf(store, 'a');
    expect(waiting.length + dropped + left).toBe(6_000);
    expect(dropped).toBeGreaterThan(100);
    expect(left).toBeGreaterThan(4_000);
    expect(waiting.at(-1)).toBe(6_000);
    // What was dropped was thinned before.
    expect(waiting[0]! / dropped).toBeGreaterThan(5);
  });

  test('lets an endpoint that has passed a letter lose nothing by it', () => {
    const store = open([thinned('a'), thinned('b'), thinned('c')]);
    live(store, 1, 2_400, (seqs) => {
      pass(store, 'b', seqs);
      if (seqs[0]! <= 400) pass(store, 'c', seqs);
    });
    expect(countsOf(store, 'b')).toEqual({ delivered: 2_400 });
    const [a, c] = [countsOf(store, 'a'), countsOf(store, 'c')];
    expect(a['waiting']! + a['thinned']!).toBe(2_400);
    expect(c['waiting']! + c['thinned']!).toBe(2_000);
    expect(waitingFor(store, 'a')).toHaveLength(a['waiting']!);
    expect(waitingFor(store, 'c')).toHaveLength(c['waiting']!);
    expect(a['thinned']! - c['thinned']!).toBeGreaterThan(300);
  });

  test('lets an endpoint that is a little behind lose nothing by another that lags', () => {
    const store = open([thinned('a'), thinned('b')]);
    const behind: number[] = [];
    live(store, 1, 3_000, (seqs) => {
      behind.push(...seqs);
      pass(store, 'b', behind.splice(0, Math.max(0, behind.length - 300)));
    });
    expect(countsOf(store, 'b')).toEqual({ waiting: 300, delivered: 2_700 });
    expect(countsOf(store, 'a')['thinned']).toBeGreaterThan(1_000);
  });

  test('thins nothing that an endpoint needs whose backlog is not to be thinned', () => {
    const store = open([thinned('a'), whole('b')]);
    live(store, 1, 3_000, (seqs) => {
      if (seqs[0]! <= 600) pass(store, 'b', seqs);
    });
    const [a, b] = [countsOf(store, 'a'), countsOf(store, 'b')];
    expect(b['thinned']).toBeUndefined();
    expect(b['waiting']! + b['dropped']!).toBe(2_400);
    expect(a['waiting']! + a['dropped']! + a['thinned']!).toBe(3_000);
    expect(a['thinned']).toBeGreaterThan(300);
    expect(waitingFor(store, 'a')).toEqual(waitingFor(store, 'b'));
  });

  test('where endpoints differ in source thins each its own, and first lets go of what nobody needs', () => {
    const store = open([thinned('house', 'house'), thinned('barn', 'barn'), thinned('none', 'cellar')]);
    for (let n = 1; n <= 2_400; n += 3)
      store.append([telegram(n, 'house'), telegram(n + 1, 'barn'), telegram(n + 2, 'attic')]);
    store.tidy(0);
    for (const name of ['house', 'barn']) {
      const counts = countsOf(store, name);
      expect(counts['waiting']! + counts['thinned']! + (counts['dropped'] ?? 0)).toBe(800);
      expect(counts['thinned']).toBeGreaterThan(200);
      expect(waitingFor(store, name, name)).toHaveLength(counts['waiting']!);
    }
    expect(countsOf(store, 'none')).toEqual({});
  });

  test('tells what it thinned, and that a letter under way arrived after all', () => {
    const store = open([thinned('a')]);
    live(store, 1, 1_500);
    const { thinned: left = NaN, waiting = NaN } = countsOf(store, 'a');
    expect(store.cursors.newlyLost()).toEqual(new Map([['a', { ...NO_LOSSES, thinned: left }]]));
    // An outbox that had read them before: of these the 2nd and 3rd were thinned, the 1st and 10th were not.
    pass(store, 'a', [1, 2, 3]);
    expect(countsOf(store, 'a')).toEqual({ waiting: waiting - 1, delivered: 3, thinned: left - 2 });
    expect(store.cursors.newlyLost()).toEqual(new Map([['a', { ...NO_LOSSES, thinned: -2 }]]));
  });

  test('counts a letter under way right that was thinned, and whose neighbours were dropped behind it', () => {
    const store = open([thinned('a')], LITTLE_BYTES);
    live(store, 1, 6_000);
    const { thinned: left = NaN, dropped = NaN, waiting = NaN } = countsOf(store, 'a');
    expect(dropped).toBeGreaterThan(100);
    pass(store, 'a', [1, 2, 3]);
    expect(countsOf(store, 'a')).toEqual({ waiting, delivered: 3, thinned: left - 2, dropped: dropped - 1 });
  });

  test('goes on where it was after a kill', () => {
    const folder = temporaryFolder();
    live(open([thinned('a')], MAX_BYTES, folder), 1, 2_400);
    const store = open([thinned('a')], MAX_BYTES, filesAsAfterAKill(folder));
    live(store, 2_401, 3_600);
    const { waiting = NaN, thinned: left = NaN, dropped = 0 } = countsOf(store, 'a');
    expect(waitingFor(store, 'a')).toHaveLength(waiting);
    expect([waiting + left, dropped]).toEqual([3_600, 0]);
  });
});

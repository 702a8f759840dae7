import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { printPosted } from '../../../src/reading/posted.ts';
import { Awaited } from '../../../src/stream/awaited.ts';
import { Feed } from '../../../src/stream/feed.ts';
import type { Printed } from '../../../src/stream/printed.ts';
import { Spacing } from '../../../src/stream/spacing.ts';
import { buildTelegram } from '../../support/telegrams.ts';

let seq = 0;
beforeEach(() => {
  seq = 0;
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => void vi.useRealTimers());

function letter(energy: number, source = 'house', receivedAt = new Date()) {
  const raw = buildTelegram('/ISK5\\MADE-UP', [`1-0:1.8.1(${String(energy).padStart(6, '0')}.000*kWh)`]);
  return { seq: ++seq, telegram: { source, receivedAt, raw, checksum: 'valid' as const } };
}

/** A feed, and the energies of what it told. */
function followed(): { feed: Feed; told: number[] } {
  const feed = new Feed(false);
  const told: number[] = [];
  feed.follow(({ text }: Printed) => told.push(Number(/\((\d+)/.exec(text)![1])));
  return { feed, told };
}

/** A meter prints so many telegrams, so far apart. */
function run(feed: Feed, count: number, everyMs: number): void {
  for (let n = 1; n <= count; n++) {
    if (n > 1) vi.advanceTimersByTime(everyMs);
    feed.accepted([letter(n)]);
  }
}

test.each([
  ['a second', 1_000, 1_900, 2_100],
  ['ten seconds', 10_000, 19_000, 21_000],
  ['a minute', 60_000, 119_000, 121_000],
])('the newest is there for two intervals, of a meter that prints every %s', (_, everyMs, youngMs, oldMs) => {
  const { feed } = followed();
  run(feed, 6, everyMs);
  vi.advanceTimersByTime(youngMs);
  expect(feed.newest('house')?.text).toContain('000006');
  vi.advanceTimersByTime(oldMs - youngMs);
  expect(feed.newest('house')).toBeUndefined();
  expect(feed.newest('barn')).toBeUndefined();
});

test('one gap, or a burst, does not change what is taken for the interval', () => {
  const spacing = new Spacing();
  expect(spacing.ms).toBe(10_000);
  for (const atMs of [0, 1_000, 2_000, 3_000, 7_203_000, 7_204_000, 7_204_001]) spacing.add(atMs);
  expect(spacing.ms).toBe(1_000);
});

test('of a meter slower than 30 s the last telegram comes again, until it should have printed two more', () => {
  const { feed, told } = followed();
  run(feed, 3, 60_000);
  expect(told).toEqual([1, 2, 2, 2, 3]);
  vi.advanceTimersByTime(600_000);
  // After 25, 50, 75 and 100 s; from 120 s on it may have stopped.
  expect(told).toEqual([1, 2, 2, 2, 3, 3, 3, 3, 3]);
});

test('of one that is quicker it never does, however long it is silent', () => {
  const { feed, told } = followed();
  run(feed, 4, 29_000);
  vi.advanceTimersByTime(600_000);
  expect(told).toEqual([1, 2, 3, 4]);
});

test('what waited for the disk for over a minute is no news, and a reading that was posted is no telegram', () => {
  const { feed, told } = followed();
  const posted = { ...letter(2).telegram, raw: printPosted({ timestamp: '2026-07-01T12:00:00+02:00' }) };
  feed.accepted([
    letter(1, 'house', new Date(Date.now() - 61_000)),
    { seq: 9, telegram: posted },
    letter(3, 'house', new Date(Date.now() - 59_000)),
    letter(4),
  ]);
  expect(told).toEqual([3, 4]);
});

test('who asks again and again gets each once, waits where there is none, and is answered within a second', async () => {
  const feed = new Feed(false);
  const awaited = new Awaited(feed);
  feed.accepted([letter(1), letter(1, 'barn')]);
  const first = awaited.newest('house');
  expect([first.upTo, first.telegrams.map(({ number, source }) => [number, source])]).toEqual([2, [[1, 'house']]]);

  const soon = awaited.behind(first.upTo);
  feed.accepted([letter(2)]);
  expect((await soon).telegrams.map(({ number }) => number)).toEqual([3]);
  feed.accepted([letter(3), letter(4)]);
  expect((await awaited.behind(3)).telegrams.map(({ number }) => number)).toEqual([4, 5]);

  const nothing = awaited.behind(5);
  vi.advanceTimersByTime(1_000);
  expect(await nothing).toEqual({ upTo: 5, telegrams: [] });
});

test('who asks late gets the newest 32, and after five seconds nothing is held for anybody', async () => {
  const feed = new Feed(false);
  const awaited = new Awaited(feed);
  awaited.newest('house');
  feed.accepted(Array.from({ length: 40 }, (_, n) => letter(n)));
  expect((await awaited.behind(0)).telegrams.map(({ number }) => number)).toEqual(
    Array.from({ length: 32 }, (_, n) => 9 + n),
  );
  vi.advanceTimersByTime(5_000);
  expect((await awaited.behind(0)).telegrams).toEqual([]);
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BucketsPage, UsageAsk } from '../../../src/history/answers.ts';
import { GAS, HistoryScene, sample } from '../../support/history.ts';

/** 2026-01-15 12:00:00 in Amsterdam, a Thursday. */
const NOON = Date.parse('2026-01-15T11:00:00Z') / 1_000;
const HOUR = 3_600;

let scene: HistoryScene;
beforeEach(() => {
  scene = new HistoryScene();
});
afterEach(() => scene.end());

/** So many hours of a reading each ten seconds; in the n-th hour, counted from 0, each is n + 1 more than the one before. */
function writeHours(count: number): void {
  let import1 = 0;
  const behindNoon = Array.from({ length: 360 * count }, (_, index) => {
    import1 += Math.floor(index / 360) + 1;
    return sample(NOON + 10 * (index + 1), { import1 });
  });
  scene.write([sample(NOON, { import1: 0 }), ...behindNoon]);
}

function usage(more: Partial<UsageAsk> = {}) {
  const ask = { fromS: NOON, toS: NOON + 86_400, resolution: 'hours', medium: 'electricity', split: 'none' } as const;
  return scene.reader.usage({ ...ask, mostBuckets: 50_000, ...more });
}

function hoursOf(page: BucketsPage): readonly (readonly [hour: number, imported: number])[] {
  return usage({ page }).series[0]!.buckets.map(({ fromS, imported }) => [(fromS - NOON) / HOUR, imported]);
}

test('a page is a part of the buckets, the newest first where that is asked for', () => {
  writeHours(5);
  const all = [
    [0, 360],
    [1, 720],
    [2, 1_080],
    [3, 1_440],
    [4, 1_800],
  ];
  expect(hoursOf({ offset: 0, limit: 9, isNewestFirst: false })).toEqual(all);
  expect(hoursOf({ offset: 1, limit: 2, isNewestFirst: false })).toEqual(all.slice(1, 3));
  expect(hoursOf({ offset: 4, limit: 2, isNewestFirst: false })).toEqual(all.slice(4));
  expect(hoursOf({ offset: 1, limit: 2, isNewestFirst: true })).toEqual(all.slice(2, 4));
  expect(hoursOf({ offset: 4, limit: 2, isNewestFirst: true })).toEqual(all.slice(0, 1));
  expect(hoursOf({ offset: 5, limit: 2, isNewestFirst: true })).toEqual([]);
  expect(hoursOf({ offset: 99, limit: 2, isNewestFirst: false })).toEqual([]);
  expect(usage({ page: { offset: 1, limit: 2, isNewestFirst: true } }).place).toEqual({
    offset: 1,
    limit: 2,
    count: 5,
  });
});

test('what several series or meters make of a bucket counts for a page', () => {
  writeHours(5);
  const page = { offset: 0, limit: 4, isNewestFirst: false };
  const lengths = (more: Partial<UsageAsk>): number[] =>
    usage({ page, ...more }).series.map(({ buckets }) => buckets.length);
  expect(lengths({ split: 'direction' })).toEqual([2, 2]);
  expect(lengths({ split: 'tariff' })).toEqual([4]);
  const other = { ...GAS, id: 'barn', medium: 'electricity', unit: 'Wh' } as const;
  scene.write([sample(NOON, { import: 0 }), sample(NOON + 5 * HOUR, { import: 5 })], other);
  expect(lengths({})).toEqual([2]);
  expect(lengths({ split: 'meter' })).toEqual([2, 2]);
  expect(lengths({ meter: 'home' })).toEqual([4]);
});

test('days of a far zone are put together of hours, hours of one with half hours of minutes', () => {
  writeHours(5);
  // The day of Kiritimati (UTC+14) begins at 10:00 UTC: two hours before the first full one here is over nothing was read.
  const days = usage({ resolution: 'days', timeZone: 'Pacific/Kiritimati' }).series[0]!.buckets;
  expect(days.map(({ fromS, imported }) => [fromS - NOON, imported])).toEqual([[-HOUR, 5_400]]);
  // Hours of Kolkata (UTC+5:30) begin at the half hours: half of one hour and half of the next.
  const hours = usage({ timeZone: 'Asia/Kolkata' }).series[0]!.buckets;
  expect(hours.map(({ fromS, imported }) => [fromS - NOON, imported])).toEqual([
    [-1_800, 180],
    [1_800, 540],
    [5_400, 900],
    [9_000, 1_260],
    [12_600, 1_620],
    [16_200, 900],
  ]);
});

test('where minutes are let go of, those that are left begin with nothing', () => {
  scene.end();
  scene = new HistoryScene(HOUR);
  writeHours(3);
  while (scene.store.tidy());
  const minutes = usage({ resolution: 'minutes' }).series[0]!.buckets.map(({ imported }) => imported);
  // Of the third hour each minute has six readings of three watt-hours; of the two before it no minute is left.
  expect(minutes).toEqual([...Array.from({ length: 120 }, () => 0), ...Array.from({ length: 60 }, () => 18)]);
  expect(usage().series[0]!.buckets.map(({ imported }) => imported)).toEqual([360, 720, 1_080]);
});

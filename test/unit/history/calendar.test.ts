import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Resolution } from '../../../src/history/answers.ts';
import { Calendar } from '../../../src/history/calendar.ts';

const s = (instant: string): number => Date.parse(instant) / 1_000;

describe('the calendar', () => {
  // By hand: clocks of the EU go forward on 2026-03-29 and back on 2026-10-25, both at 01:00 UTC. 2026-03-23 is a Monday.
  test.each([
    ['days', 'Europe/Amsterdam', '2026-03-29T10:00:00Z', '2026-03-28T23:00:00Z', 23],
    ['days', 'Europe/Amsterdam', '2026-10-25T10:00:00Z', '2026-10-24T22:00:00Z', 25],
    ['days', 'Europe/Amsterdam', '2026-07-01T21:59:59Z', '2026-06-30T22:00:00Z', 24],
    ['days', 'Europe/Amsterdam', '2026-07-01T22:00:00Z', '2026-07-01T22:00:00Z', 24],
    ['weeks', 'Europe/Amsterdam', '2026-03-29T10:00:00Z', '2026-03-22T23:00:00Z', 7 * 24 - 1],
    ['weeks', 'UTC', '1970-01-01T00:00:00Z', '1969-12-29T00:00:00Z', 7 * 24],
    ['months', 'Europe/Amsterdam', '2026-03-29T10:00:00Z', '2026-02-28T23:00:00Z', 31 * 24 - 1],
    ['months', 'Europe/Amsterdam', '2026-12-31T23:00:00Z', '2026-12-31T23:00:00Z', 31 * 24],
    ['months', 'Europe/Vilnius', '2028-02-15T00:00:00Z', '2028-01-31T22:00:00Z', 29 * 24],
    // Clocks of Beirut skip midnight on 2026-03-29, those of the Azores have it twice on 2026-10-25.
    ['days', 'Asia/Beirut', '2026-03-29T10:00:00Z', '2026-03-28T22:00:00Z', 23],
    ['days', 'Atlantic/Azores', '2026-10-25T10:00:00Z', '2026-10-25T00:00:00Z', 25],
    ['hours', 'Asia/Kolkata', '2026-07-01T00:10:00Z', '2026-06-30T23:30:00Z', 1],
  ] as const)('%s in %s: %s is in the bucket from %s on, of %i hours', (resolution, zone, at, start, hours) => {
    const calendar = new Calendar(zone);
    expect(calendar.start(resolution, s(at))).toBe(s(start));
    expect(calendar.next(resolution, s(start)) - s(start)).toBe(hours * 3_600);
  });

  test('every second lies in one bucket', () => {
    const resolutions: readonly Resolution[] = ['minutes', 'quarters', 'hours', 'days', 'weeks', 'months'];
    const zones = [
      'Europe/Amsterdam',
      'Asia/Jerusalem',
      'Africa/Cairo',
      'America/St_Johns',
      'Pacific/Apia',
      'Asia/Beirut',
    ];
    const at = fc.integer({ min: s('2024-01-01T00:00:00Z'), max: s('2031-01-01T00:00:00Z') });
    const claim = fc.property(
      fc.constantFrom(...resolutions),
      fc.constantFrom(...zones),
      at,
      (resolution, zone, atS) => {
        const calendar = new Calendar(zone);
        const start = calendar.start(resolution, atS);
        const next = calendar.next(resolution, start);
        expect(start).toBeLessThanOrEqual(atS);
        expect(next).toBeGreaterThan(atS);
        expect([calendar.start(resolution, start), calendar.start(resolution, next)]).toEqual([start, next]);
        expect(calendar.start(resolution, next - 1)).toBe(start);
      },
    );
    fc.assert(claim, { seed: 20261121, numRuns: 2_000 });
  });

  test('Saturday and Sunday are those of the zone', () => {
    const calendar = new Calendar('Europe/Amsterdam');
    // 2026-07-03 is a Friday.
    const times = ['2026-07-03T21:59:59Z', '2026-07-03T22:00:00Z', '2026-07-05T21:59:59Z', '2026-07-05T22:00:00Z'];
    expect(times.map((at) => calendar.isWeekend(s(at)))).toEqual([false, true, true, false]);
  });
});

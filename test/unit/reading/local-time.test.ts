import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { localTime, standardOffsetMinutes } from '../../../src/reading/local-time.ts';

describe('local time', () => {
  // By hand: the clocks of the EU go forward on 2026-03-29 and back on 2026-10-25, both at 01:00 UTC.
  test.each([
    ['2026-03-29T00:59:59Z', 'Europe/Amsterdam', '2026-03-29T01:59:59+01:00'],
    ['2026-03-29T01:00:00Z', 'Europe/Amsterdam', '2026-03-29T03:00:00+02:00'],
    ['2026-10-25T00:59:59Z', 'Europe/Amsterdam', '2026-10-25T02:59:59+02:00'],
    ['2026-10-25T01:00:00Z', 'Europe/Amsterdam', '2026-10-25T02:00:00+01:00'],
    ['2026-07-01T12:00:00Z', 'Europe/Helsinki', '2026-07-01T15:00:00+03:00'],
    ['2026-07-01T12:00:00Z', 'Asia/Jerusalem', '2026-07-01T15:00:00+03:00'],
    ['2026-01-01T12:00:00Z', 'UTC', '2026-01-01T12:00:00+00:00'],
  ])('%s in %s is %s', (instant, zone, local) => {
    expect(localTime(new Date(instant), zone)).toBe(local);
  });

  test.each([
    'Europe/Amsterdam',
    'Europe/Brussels',
    'Europe/Luxembourg',
    'Europe/Stockholm',
    'Europe/Budapest',
    'Europe/Vienna',
    'Europe/Vilnius',
    'Europe/Helsinki',
  ])('the rule for %s agrees with the tables of time zones at any instant of a meter', (zone) => {
    const wall = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
    const instant = fc.date({ min: new Date('2006-01-01'), max: new Date('2037-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(instant, (at) => {
        expect(localTime(at, zone).slice(0, 19)).toBe(wall.format(at).replace(' ', 'T'));
      }),
      { seed: 20261121 },
    );
  });

  test('the standard offset is that of winter, on both halves of the globe', () => {
    expect(
      ['Europe/Amsterdam', 'Europe/Vilnius', 'Australia/Sydney'].map((zone) => standardOffsetMinutes(zone)),
    ).toEqual([60, 120, 600]);
  });
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginOf, partsOf } from '../../../../src/web/public/periods.js';

const before = process.env['TZ'];
beforeAll(() => {
  process.env['TZ'] = 'Europe/Amsterdam';
});
afterAll(() => {
  if (before === undefined) delete process.env['TZ'];
  else process.env['TZ'] = before;
});

const at = (text: string): Date => new Date(text);

test.each([
  ['day', '2026-07-15T22:10:00+02:00', '2026-07-15T00:00:00+02:00'],
  ['week', '2026-07-19T22:10:00+02:00', '2026-07-13T00:00:00+02:00'],
  ['week', '2026-07-13T00:00:00+02:00', '2026-07-13T00:00:00+02:00'],
  ['month', '2026-03-31T22:10:00+02:00', '2026-03-01T00:00:00+01:00'],
  ['year', '2026-07-15T22:10:00+02:00', '2026-01-01T00:00:00+01:00'],
])('a %s that holds %s begins at %s', (period, moment, begin) => {
  expect(beginOf(period, at(moment))).toEqual(at(begin));
});

test.each([
  ['day', '2026-07-15T00:00:00+02:00', 24],
  ['day', '2026-03-29T00:00:00+01:00', 23],
  ['day', '2026-10-25T00:00:00+02:00', 25],
  ['week', '2026-03-23T00:00:00+01:00', 7],
  ['month', '2026-02-01T00:00:00+01:00', 28],
  ['month', '2026-10-01T00:00:00+02:00', 31],
  ['year', '2026-01-01T00:00:00+01:00', 12],
])('a %s from %s on has its parts, those to come among them: %i', (period, from, count) => {
  expect(partsOf(period, at(from), [])).toHaveLength(count);
});

test('each part has the point that lies in it, also where the meter is in another time zone', () => {
  const begin = at('2026-07-13T00:00:00+02:00');
  const points = [
    { from: '2026-07-13T00:00:00+02:00', to: '2026-07-14T00:00:00+02:00' },
    { from: '2026-07-15T00:00:00+03:00', to: '2026-07-16T00:00:00+03:00' },
  ];
  const found = partsOf('week', begin, points).map(({ point }) => point);
  expect(found).toEqual([points[0], undefined, points[1], undefined, undefined, undefined, undefined]);
});

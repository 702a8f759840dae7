import { expect, test } from 'vitest';
import { monthTime, time } from '../../../../src/web/http/moments.ts';

const schema = time('a time');

test.each([
  ['2026-07-01', 'Europe/Amsterdam', '2026-06-30T22:00:00.000Z'],
  ['2026-01-01', 'Europe/Amsterdam', '2025-12-31T23:00:00.000Z'],
  ['2026-07-01', 'Europe/Helsinki', '2026-06-30T21:00:00.000Z'],
  ['2026-07-01', 'America/New_York', '2026-07-01T04:00:00.000Z'],
  ['2026-07-01T12:30', 'Europe/Amsterdam', '2026-07-01T10:30:00.000Z'],
  ['2026-07-01T12:30:15Z', 'Europe/Amsterdam', '2026-07-01T12:30:15.000Z'],
  ['2026-07-01T12:30:15+02:00', 'America/New_York', '2026-07-01T10:30:15.000Z'],
  ['2026-07-01T12:30:15 02:00', 'America/New_York', '2026-07-01T10:30:15.000Z'],
  ['2020-08-01T0:00:00-00:00', 'Europe/Amsterdam', '2020-08-01T00:00:00.000Z'],
  ['2026-07-01T12:30:15-05:30', 'Europe/Amsterdam', '2026-07-01T18:00:15.000Z'],
  ['1782900000000', 'Europe/Amsterdam', '2026-07-01T10:00:00.000Z'],
  ['1782900000', 'Europe/Amsterdam', '2026-07-01T10:00:00.000Z'],
  ['1970-01-01', 'Europe/Amsterdam', '1970-01-01T00:00:00.000Z'],
])('%s in %s is %s', (text, timeZone, expected) => {
  expect(new Date(schema.parse(text)(timeZone)).toISOString()).toBe(expected);
});

test('a time that the clock shows twice is the first, and one that it skips comes an hour later', () => {
  const at = (text: string): string => new Date(schema.parse(text)('Europe/Amsterdam')).toISOString();
  expect(at('2026-10-25T02:30')).toBe('2026-10-25T00:30:00.000Z');
  expect(at('2026-03-29T02:30')).toBe('2026-03-29T01:30:00.000Z');
});

test('a span is back from now', () => {
  const before = Date.now();
  const back = schema.parse('36h')('Europe/Amsterdam') + 36 * 3_600_000;
  expect(back).toBeGreaterThanOrEqual(before);
  expect(back).toBeLessThanOrEqual(Date.now());
});

test.each([
  '',
  'yesterday',
  '2026-02-30',
  '2026-13-01',
  '2026-07-01T25:00',
  '-1',
  '1e12',
  '99999999999999999',
  `${'9'.repeat(60)}d`,
])('what is no time is told: %j', (text) => {
  expect(schema.safeParse(text).error?.issues[0]?.message).toMatch(/^expected a time such as/);
});

test('a month may be named alone', () => {
  const moment = monthTime('a month').parse('2026-11');
  expect(new Date(moment('Europe/Amsterdam')).toISOString()).toBe('2026-10-31T23:00:00.000Z');
});

test('a time that is missing is asked for as one that is wrong', () => {
  expect(schema.safeParse(undefined).error?.issues[0]?.message).toMatch(/^expected a time such as/);
});

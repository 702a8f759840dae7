import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { moment } from '../../../src/settings/moment.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');

beforeAll(() => {
  vi.stubEnv('TZ', 'Europe/Amsterdam');
});

afterAll(() => {
  vi.unstubAllEnvs();
});

const read = (text: string): string => new Date(moment(text, NOW)).toISOString();

test.each([
  ['beginning', '1970-01-01T00:00:00.000Z'],
  ['now', '2026-11-21T12:00:00.000Z'],
  ['2d', '2026-11-19T12:00:00.000Z'],
  ['36h', '2026-11-20T00:00:00.000Z'],
  ['1.5 h', '2026-11-21T10:30:00.000Z'],
  ['90m', '2026-11-21T10:30:00.000Z'],
  ['0s', '2026-11-21T12:00:00.000Z'],
  ['99999d', '1970-01-01T00:00:00.000Z'],
])('%s, seen from 2026-11-21 12:00 UTC, is %s', (text, instant) => {
  expect(read(text)).toBe(instant);
});

test.each([
  ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
  ['2026-01-31T12:00+01:00', '2026-01-31T11:00:00.000Z'],
  ['2026-01-31 12:00:30.5-03:30', '2026-01-31T15:30:30.500Z'],
  ['2024-02-29', '2024-02-28T23:00:00.000Z'],
])('%s is %s', (text, instant) => {
  expect(read(text)).toBe(instant);
});

describe('without a zone it is the time of the clock on the wall, in the Netherlands', () => {
  test.each([
    ['a day in winter', '2026-01-31', '2026-01-30T23:00:00.000Z'],
    ['a day in summer', '2026-07-01', '2026-06-30T22:00:00.000Z'],
    ['a time in winter', '2026-01-31T12:00', '2026-01-31T11:00:00.000Z'],
    ['a time in summer', '2026-07-01 12:00:05', '2026-07-01T10:00:05.000Z'],
    ['the day on which summer time begins', '2026-03-29', '2026-03-28T23:00:00.000Z'],
    ['the day after it', '2026-03-30', '2026-03-29T22:00:00.000Z'],
    ['a time that is skipped', '2026-03-29T02:30', '2026-03-29T01:30:00.000Z'],
    ['a time that comes twice', '2026-10-25T02:30', '2026-10-25T00:30:00.000Z'],
    ['the day after summer time ends', '2026-10-26', '2026-10-25T23:00:00.000Z'],
  ])('%s: %s is %s', (_, text, instant) => {
    expect(read(text)).toBe(instant);
  });
});

test.each([
  'yesterday',
  '',
  '2026',
  '2026-02-30',
  '2026-13-01',
  '2026-01-31T24:00',
  '2026-01-31T12:60',
  '2026-01-31T12:00 Europe/Amsterdam',
  '31-01-2026',
  '2w',
  '-2d',
  '1769860800',
])('"%s" is none: what is expected is said', (text) => {
  expect(() => moment(text, NOW)).toThrow(
    `got "${text}", expected beginning, now, a day (2026-01-31), a time (2026-01-31T12:00, with Z or +01:00 where it is not the local one), or a span back from now (36h, 2d)`,
  );
});

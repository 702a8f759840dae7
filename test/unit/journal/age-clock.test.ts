import { expect, test } from 'vitest';
import { AgeClock } from '../../../src/journal/age-clock.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;
const T = Date.parse('2026-01-05T00:00:00Z');

test('a clock that runs is followed, however it drifts', () => {
  const clock = new AgeClock(undefined, 0);
  expect(clock.read(T, 0)).toBe(T);
  expect(clock.read(T + 10 * DAY + HOUR, 10 * DAY)).toBe(T + 10 * DAY + HOUR);
  expect(clock.read(T + 11 * DAY - HOUR, 11 * DAY)).toBe(T + 11 * DAY - HOUR);
});

test('a year ahead for an hour is not believed', () => {
  const clock = new AgeClock(T, 0);
  expect(clock.read(T + YEAR, 0)).toBe(T);
  expect(clock.read(T + YEAR + HOUR, HOUR)).toBe(T + HOUR);
  expect(clock.read(T + 2 * HOUR, 2 * HOUR)).toBe(T + 2 * HOUR);
  // The next such hour has to last for a day in its own right.
  expect(clock.read(T + YEAR + DAY, DAY)).toBe(T + DAY);
  expect(clock.read(T + YEAR + DAY + 23 * HOUR, DAY + 23 * HOUR)).toBe(T + DAY + 23 * HOUR);
});

test('a year ahead for a day is believed, and from then on followed', () => {
  const clock = new AgeClock(T, 0);
  expect(clock.read(T + YEAR, 0)).toBe(T);
  expect(clock.read(T + YEAR + DAY - 1, DAY - 1)).toBe(T + DAY - 1);
  expect(clock.read(T + YEAR + DAY, DAY)).toBe(T + YEAR + DAY);
  expect(clock.read(T + YEAR + DAY + HOUR, DAY + HOUR)).toBe(T + YEAR + DAY + HOUR);
});

test('a step that becomes another one has to last anew', () => {
  const clock = new AgeClock(T, 0);
  clock.read(T + YEAR, 0);
  expect(clock.read(T + 3 * YEAR + 20 * HOUR, 20 * HOUR)).toBe(T + 20 * HOUR);
  expect(clock.read(T + 3 * YEAR + 30 * HOUR, 30 * HOUR)).toBe(T + 30 * HOUR);
  expect(clock.read(T + 3 * YEAR + 44 * HOUR, 44 * HOUR)).toBe(T + 3 * YEAR + 44 * HOUR);
});

test('back in 1970 everything is young, and the right time afterwards is right at once', () => {
  const clock = new AgeClock(T, 0);
  expect(clock.read(HOUR, HOUR)).toBe(HOUR);
  expect(clock.read(T + 2 * HOUR, 2 * HOUR)).toBe(T + 2 * HOUR);
});

test('a day without power is followed at once, a month when it has lasted for a day', () => {
  expect(new AgeClock(T, 0).read(T + 23 * HOUR, 0)).toBe(T + 23 * HOUR);
  const clock = new AgeClock(T, 0);
  expect(clock.read(T + 30 * DAY, 0)).toBe(T);
  expect(clock.read(T + 31 * DAY, DAY)).toBe(T + 31 * DAY);
});

import { describe, expect, test } from 'vitest';
import type { MachineTime } from '../../../src/time/boot.ts';
import { hasBeenSet, isClockSet, stepBetween } from '../../../src/time/wall-clock.ts';

const at = (wall: string, uptimeMs = 0, isSynchronised?: boolean): MachineTime => {
  return { boot: 'first', wallMs: Date.parse(wall), uptimeMs, isSynchronised };
};
const NEWEST = Date.parse('2026-03-01T12:00:00Z');

describe('a clock counts as set', () => {
  test.each([
    ['1970, whoever says that it was set', at('1970-01-01T00:01:00Z', 0, true), false],
    ['before this software was made', at('2024-12-31T23:59:59Z'), false],
    ['more than a minute before the newest telegram', at('2026-03-01T11:58:59Z'), false],
    ['a minute before it', at('2026-03-01T11:59:00Z'), true],
    ['later than it', at('2026-03-02T00:00:00Z'), true],
    ['later, but nobody has set it since the start', at('2026-03-02T00:00:00Z', 0, false), false],
    ['before it, and set since the start', at('2026-02-01T00:00:00Z', 0, true), true],
  ])('%s', (_, time, isSet) => {
    expect(isClockSet(time, NEWEST)).toBe(isSet);
  });
});

test('what runs on, or is off by under two seconds, was not set', () => {
  expect(stepBetween(at('2026-03-01T12:00:00Z'), at('2026-03-01T13:00:00Z', 3_600_000))).toBe(0);
  expect(stepBetween(at('2026-03-01T12:00:00Z'), at('2026-03-01T12:00:02.999Z', 1_000))).toBe(0);
  expect(stepBetween(at('2026-03-01T12:00:00Z'), at('2026-03-01T12:00:03Z', 1_000))).toBe(2_000);
  expect(stepBetween(at('2026-03-01T12:00:00Z'), at('2026-03-01T11:00:01Z', 1_000))).toBe(-3_600_000);
});

test('by running on a clock that was not set does not become right', () => {
  const before = at('2026-03-01T11:00:00Z');
  expect(hasBeenSet(before, at('2026-03-01T13:00:00Z', 7_200_000), NEWEST)).toBe(false);
  expect(hasBeenSet(before, at('2026-03-01T13:00:00Z', 7_200_000, true), NEWEST)).toBe(true);
  expect(hasBeenSet(before, at('2026-03-01T13:00:00Z', 1_000), NEWEST)).toBe(true);
  expect(hasBeenSet(before, at('2026-03-01T13:00:00Z', 1_000, false), NEWEST)).toBe(true);
  expect(hasBeenSet(before, at('2026-03-01T11:30:00Z', 1_000), NEWEST)).toBe(false);
});

import { expect, test } from 'vitest';
import { Durations } from '../../../src/time/durations.ts';

test('each time falls into the first range that it does not exceed; what exceeds all has one more', () => {
  const durations = new Durations([0.01, 0.1, 1]);
  for (const ms of [0, 10, 10.5, 100, 999, 1_000, 1_001, 60_000]) durations.add(ms);
  expect(durations.counts).toEqual([2, 2, 2, 2]);
  expect(durations.seconds).toBeCloseTo(63.1205, 9);
});

test('it is plain data for another thread', () => {
  const durations = new Durations([1]);
  durations.add(500);
  expect(structuredClone(durations)).toEqual({ bounds: [1], counts: [1, 0], seconds: 0.5 });
});

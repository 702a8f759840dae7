import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoff } from '../../../src/outbox/backoff.ts';

const first = (count: number, options: Parameters<typeof backoff>[0]) => {
  const waits = backoff(options);
  return Array.from({ length: count }, () => waits.next().value);
};

test('the bound doubles from a second up to a minute, and stays there', () => {
  expect(first(9, { random: () => 1 })).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

test('the wait is anything between nothing and its bound, but never so little that it is a storm', () => {
  expect(first(3, { random: () => 0.5 })).toEqual([500, 1_000, 2_000]);
  expect(first(3, { random: () => 0 })).toEqual([100, 100, 100]);
});

test('however long it goes on and whatever the dice say, it stays in its bounds', () => {
  const dice = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1 });
  const holds = fc.property(dice, fc.nat(5_000), (throws, tries) => {
    let thrown = 0;
    const waits = first(tries, { random: () => throws[thrown++ % throws.length]! });
    return waits.every((ms) => ms >= 100 && ms <= 60_000);
  });
  fc.assert(holds, { seed: 20_260_105 });
});

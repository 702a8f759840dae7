import { expect, test } from 'vitest';
import { pauseAfter } from '../../../src/outbox/pace.ts';

const HOUR_MS = 3_600_000;

test.each([
  ['a live letter is never held back', 'adaptive', 59_999, 500, 0],
  ['nor where the rate is a number', 0.1, 59_999, 500, 0],
  ['off holds nothing back', 'off', HOUR_MS, 500, 0],
  ['adaptive rests as long as the server worked', 'adaptive', HOUR_MS, 500, 500],
  ['adaptive never goes faster than 20 a second', 'adaptive', HOUR_MS, 10, 40],
  ['at half of 50 ms both rules agree', 'adaptive', HOUR_MS, 25, 25],
  ['a number is letters a second, the answer included', 4, HOUR_MS, 50, 200],
  ['a server slower than that is not hurried', 4, HOUR_MS, 900, 0],
] as const)('%s', (_name, rate, ageMs, answerMs, pauseMs) => {
  expect(pauseAfter(rate, ageMs, answerMs)).toBe(pauseMs);
});

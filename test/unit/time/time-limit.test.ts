import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { timeLimit } from '../../../src/time/time-limit.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a time limit aborts when its time is over, and not before', () => {
  const limited = timeLimit(new AbortController().signal, 25_000);
  vi.advanceTimersByTime(24_999);
  expect(limited.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(limited.aborted).toBe(true);
});

test('a time limit aborts with the signal that it was given, and leaves no timer', () => {
  const stop = new AbortController();
  const limited = timeLimit(stop.signal, 25_000);
  stop.abort();
  expect(limited.aborted).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
  expect(timeLimit(stop.signal, 1).aborted).toBe(true);
});

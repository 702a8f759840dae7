import { expect, onTestFinished, test, vi } from 'vitest';
import { atMost } from '../../../src/time/at-most.ts';

test('work is waited for, but no longer than said, and no timer is left behind', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const work = new Promise((resolve) => setTimeout(resolve, 1_000));
  const [soon, late] = [atMost(999, work), atMost(1_001, work)];
  await vi.advanceTimersByTimeAsync(1_000);
  expect([await soon, await late, vi.getTimerCount()]).toEqual([false, true, 0]);
});

test('what the work throws is thrown', async () => {
  await expect(atMost(1_000, Promise.reject(new Error('no disk')))).rejects.toThrow('no disk');
});

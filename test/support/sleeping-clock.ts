import type { Waits } from '../../src/sources/waits.ts';

/** A clock that stands still while anybody works, and jumps to the next wake-up once all sleep. */
export interface Clock extends Waits {
  now(): number;
}

export function createClock(): Clock {
  let now = 0;
  const sleepers = new Set<{ atMs: number; wake(): void }>();

  /** Everything that can go on without time passing goes on in the microtasks and turns before this. */
  const jump = () => {
    const next = [...sleepers].sort((one, other) => one.atMs - other.atMs)[0];
    if (next === undefined) return;
    now = Math.max(now, next.atMs);
    next.wake();
  };

  return {
    now: () => now,
    sleep(ms, signal) {
      if (signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const sleeper = { atMs: now + ms, wake };
        function wake(): void {
          sleepers.delete(sleeper);
          signal.removeEventListener('abort', wake);
          resolve();
        }
        sleepers.add(sleeper);
        signal.addEventListener('abort', wake, { once: true });
        setImmediate(() => setImmediate(jump));
      });
    },
  };
}

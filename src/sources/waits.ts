import { sleep } from '../time/sleep.ts';

/** Time as the sources know it, so that tests can bring their own. */
export interface Waits {
  /** Milliseconds of a clock that never jumps. */
  now(): number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const realWaits: Waits = { now: () => performance.now(), sleep };

/** Paces a loop: each `turn` resolves `intervalMs` after the one before it was due, at once when it is late. */
export function createPacer(intervalMs: number, signal: AbortSignal, waits: Waits = realWaits): () => Promise<void> {
  let due = waits.now();
  return async () => {
    due = Math.max(due + intervalMs, waits.now() - MAX_CATCH_UP_MS);
    const ms = due - waits.now();
    if (ms >= 1) await waits.sleep(ms, signal);
    // Without a turn of the event loop here, a reader that never waits would keep everything else from running.
    else await new Promise(setImmediate);
  };
}

// After a long stop (a suspended machine, a reader that was busy) the pace is kept from now on, not made up for.
const MAX_CATCH_UP_MS = 1_000;

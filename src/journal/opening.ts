import { sleep } from '../time/sleep.ts';
import { RETRY_MS } from './intake.ts';
import { PASSING } from './passing.ts';
import type { OpenState } from './protocol.ts';
import type { Thread } from './thread.ts';
import type { Trouble } from './trouble.ts';

/**
 * Has the thread open its files; where the disk does not let it, again every few seconds until the signal aborts, which
 * ends the thread, even one whose disk hangs.
 *
 * @returns undefined where the signal came first.
 * @throws Error that is not the disk's.
 */
export async function openBy(thread: Thread, trouble: Trouble, signal: AbortSignal): Promise<OpenState | undefined> {
  const stop = (): void => void thread.end();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await insist(thread, trouble, signal);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function insist(thread: Thread, trouble: Trouble, signal: AbortSignal): Promise<OpenState | undefined> {
  while (!signal.aborted) {
    const state = await thread.ask('open', {}).catch((error: unknown) => {
      if (!signal.aborted) trouble.refused(passing(error));
    });
    if (state !== undefined) return state;
    await sleep(RETRY_MS, signal);
  }
  return undefined;
}

/** @throws the error where a later try would find the same. */
function passing(error: unknown): Error {
  if (error instanceof Error && PASSING.includes(error.name)) return error;
  throw error;
}

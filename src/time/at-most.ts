import { sleep } from './sleep.ts';

/** Waits for some work, but no longer than this. @returns whether it was done by then. @throws what the work throws. */
export async function atMost(ms: number, work: Promise<unknown>): Promise<boolean> {
  const over = new AbortController();
  const late = sleep(ms, over.signal).then(() => false);
  return Promise.race([work.then(() => true), late]).finally(() => over.abort());
}

/** Letters a second, `adaptive` (at most half of the server's time, at most 20 a second), or `off`. */
export type Rate = 'adaptive' | 'off' | number;

/** Younger letters are live: they are never held back. */
const BACKLOG_AGE_MS = 60_000;
/** Letters a second of `adaptive`, however fast the server is. */
export const FASTEST_ADAPTIVE = 20;

/**
 * How long to wait after a letter before the next, so that a backlog is kind to a small server.
 *
 * @param ageMs age of the letter that was delivered
 * @param answerMs how long its answer took
 * @param count letters that went with it in one request: for `adaptive` a request is what costs a server time
 */
export function pauseAfter(rate: Rate, ageMs: number, answerMs: number, count = 1): number {
  if (rate === 'off' || ageMs < BACKLOG_AGE_MS) return 0;
  if (rate === 'adaptive') return Math.max(1_000 / FASTEST_ADAPTIVE - answerMs, answerMs);
  return Math.max(0, (count * 1_000) / rate - answerMs);
}

export interface BackoffOptions {
  readonly firstMs?: number;
  readonly longestMs?: number;
  /** 0 ≤ random < 1. */
  readonly random?: () => number;
}

/** Nobody is asked again sooner than this, whatever the dice say. */
const SHORTEST_MS = 100;

/**
 * Waiting times between tries, for ever: full jitter (anything between nothing and a bound that doubles), so that many
 * senders do not come back to a recovering server at the same moment.
 */
export function* backoff({ firstMs = 1_000, longestMs = 60_000, random = Math.random }: BackoffOptions = {}): Generator<
  number,
  never
> {
  for (let boundMs = firstMs; ; boundMs = Math.min(2 * boundMs, longestMs)) {
    yield Math.max(SHORTEST_MS, Math.round(random() * boundMs));
  }
}

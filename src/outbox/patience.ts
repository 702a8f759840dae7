import { sleep } from '../time/sleep.ts';
import type { Standing } from './standing.ts';
import type { OutboxState } from './status.ts';

/** A few failed tries in a row are no change of state yet. */
const QUIET_MS = 5_000;

/** What a person has to do about a state that mends itself. */
export const TRIED_AGAIN = 'nothing has to be done: it is tried again until it works';

/** Why an outbox waits, for a person. */
export interface Why {
  readonly state: OutboxState;
  readonly reason: string;
  readonly remedy: string;
}

/** Waits between tries, and says so once they have been failing for a while. */
export class Patience {
  readonly #standing: Standing;
  readonly #signal: AbortSignal;
  #failingSinceMs: number | undefined;

  constructor(standing: Standing, signal: AbortSignal) {
    this.#standing = standing;
    this.#signal = signal;
  }

  /** An answer came: what fails next has not been failing for long. */
  over(): void {
    this.#failingSinceMs = undefined;
  }

  /** Waits; ends early when the signal aborts. A pause stays one until a letter was taken. */
  async wait(waitMs: number, { state, reason, remedy }: Why): Promise<void> {
    if (this.#standing.state === 'paused') return sleep(waitMs, this.#signal);
    const nowMs = performance.now();
    this.#failingSinceMs ??= nowMs;
    const quietMs = Math.max(0, this.#failingSinceMs + QUIET_MS - nowMs);
    await sleep(Math.min(waitMs, quietMs), this.#signal);
    if (waitMs <= quietMs || this.#signal.aborted) return;
    this.#standing.become(state, reason, remedy);
    await sleep(waitMs - quietMs, this.#signal);
  }
}

import { Problem } from './problem.ts';

/** Whoever waited longer is sent away: a client that is told to come again is better off than one that is told nothing. */
const PATIENCE_MS = 1_000;

/**
 * Answers are put together one at a time, each in a turn of the event loop of its own: whoever comes meanwhile is heard, streams go
 * on, and it is known how long who waits has waited.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  readonly #nowMs: () => number;

  /** @param nowMs a clock that is never set. */
  constructor(nowMs = (): number => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** Resolves when it is this one's turn. @throws {Problem} where that took too long. */
  async next(): Promise<void> {
    const beganMs = this.#nowMs();
    await new Promise<void>((resolve) => {
      if (this.#waiting.push(resolve) === 1) setImmediate(() => this.#begin());
    });
    if (this.#nowMs() - beganMs > PATIENCE_MS)
      throw new Problem('store-unavailable', 'too many ask at once', {}, { 'retry-after': '1' });
  }

  #begin(): void {
    const [first] = this.#waiting;
    first?.();
    // Behind what the first one does at once, and behind what came in until then.
    setImmediate(() => {
      this.#waiting.shift();
      if (this.#waiting.length > 0) this.#begin();
    });
  }
}

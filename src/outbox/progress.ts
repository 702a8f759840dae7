const WINDOW_S = 30;

/** How fast letters come and go, and when the backlog will be gone. Seconds are monotonic. */
export class Progress {
  readonly #nowMs: () => number;
  readonly #gone = new Window();
  readonly #come = new Window();

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  went(): void {
    this.#gone.add(this.#second());
  }

  came(): void {
    this.#come.add(this.#second());
  }

  /** @returns undefined while it does not shrink. */
  drainedInMs(waiting: number): number | undefined {
    if (waiting === 0) return 0;
    const second = this.#second();
    const shrinks = this.#gone.sum(second) - this.#come.sum(second);
    return shrinks > 0 ? Math.round((waiting / shrinks) * WINDOW_S * 1_000) : undefined;
  }

  #second(): number {
    return Math.floor(this.#nowMs() / 1_000);
  }
}

/** What happened in the last half minute, a count a second. */
class Window {
  readonly #counts = new Float64Array(WINDOW_S);
  #newest = 0;

  add(second: number): void {
    this.#forget(second);
    const slot = second % WINDOW_S;
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1;
  }

  sum(second: number): number {
    this.#forget(second);
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  #forget(second: number): void {
    const passed = Math.min(WINDOW_S, second - this.#newest);
    for (let step = 1; step <= passed; step++) this.#counts[(this.#newest + step) % WINDOW_S] = 0;
    this.#newest = second;
  }
}

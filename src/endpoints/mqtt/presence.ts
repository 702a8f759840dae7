/** A meter that is silent for less than this is not missed. */
const LEAST_MS = 30_000;
/** So many telegrams, or states, may be missed. */
const MISSED = 3;

/** Whether a meter is heard. All times are of a clock that is never set. */
export class Presence {
  readonly #intervalMs: number;
  #heardMs: number | undefined;
  /** Between its last telegrams: the shorter one of two, as one of them may be the end of a silence. */
  #gapsMs: readonly [number, number] = [0, 0];

  /** @param intervalMs how often its state is published. */
  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** A telegram came. */
  heard(atMs: number): void {
    if (this.#heardMs !== undefined) this.#gapsMs = [atMs - this.#heardMs, this.#gapsMs[0]];
    this.#heardMs = atMs;
  }

  isHeard(nowMs: number): boolean {
    if (this.#heardMs === undefined) return false;
    const usualMs = Math.max(this.#intervalMs, Math.min(...this.#gapsMs));
    return nowMs - this.#heardMs < Math.max(LEAST_MS, MISSED * usualMs);
  }
}

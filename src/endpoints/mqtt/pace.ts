/** Changes are shown at once, but not more often than this. */
const SHORTEST_MS = 1_000;

export interface PaceOptions {
  /** How often a state goes; 0: with every telegram. */
  readonly intervalMs: number;
  /** A step of the power by so many watts is shown at once. */
  readonly powerDelta: number;
}

/** When the state of one meter is to be published. */
export class Pace {
  readonly #options: PaceOptions;
  #lastMs: number | undefined;
  #lastPower: number | undefined;

  constructor(options: PaceOptions) {
    this.#options = options;
  }

  /**
   * Whether the state of this telegram goes; if so, that it went.
   *
   * @param nowMs of a clock that is never set. @param power in W; undefined where the meter tells none.
   */
  isDue(nowMs: number, power: number | undefined): boolean {
    if (!this.#isDue(nowMs, power)) return false;
    this.#lastMs = nowMs;
    this.#lastPower = power ?? this.#lastPower;
    return true;
  }

  #isDue(nowMs: number, power: number | undefined): boolean {
    const { intervalMs } = this.#options;
    if (intervalMs === 0 || this.#lastMs === undefined) return true;
    const passedMs = nowMs - this.#lastMs;
    if (passedMs < SHORTEST_MS) return false;
    return passedMs >= intervalMs || this.#isStep(power);
  }

  #isStep(power: number | undefined): boolean {
    if (power === undefined || this.#lastPower === undefined) return false;
    return Math.abs(power - this.#lastPower) >= this.#options.powerDelta;
  }
}

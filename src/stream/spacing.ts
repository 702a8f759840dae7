/** Times that are looked at: one that is out of line moves nothing. */
const MOST_GAPS = 5;
/** What meters of DSMR 2 to 4 take from one telegram to the next, where it is not measured yet. */
const USUAL_MS = 10_000;

/** How long a meter takes from one telegram to the next, as it is measured. */
export class Spacing {
  readonly #gapsMs: number[] = [];
  #lastMs: number | undefined;

  /** A telegram came at `nowMs` of a clock that only runs forward. */
  add(nowMs: number): void {
    if (this.#lastMs !== undefined) this.#gapsMs.push(nowMs - this.#lastMs);
    if (this.#gapsMs.length > MOST_GAPS) this.#gapsMs.shift();
    this.#lastMs = nowMs;
  }

  /** The middle one of the last few. */
  get ms(): number {
    const sorted = this.#gapsMs.toSorted((one, other) => one - other);
    return sorted[Math.floor(sorted.length / 2)] ?? USUAL_MS;
  }
}

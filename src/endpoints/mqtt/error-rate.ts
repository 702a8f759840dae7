const WINDOW_MS = 600_000;

interface Counts {
  /** Both only grow. */
  readonly accepted: number;
  readonly rejected: number;
}

/** What share of all that came was no telegram, over the last ten to twenty minutes. */
export class ErrorRate {
  #from: Counts | undefined;
  #next: (Counts & { readonly atMs: number }) | undefined;

  /** In percent, to a tenth. @param nowMs of a clock that is never set. */
  percent(counts: Counts, nowMs: number): number {
    if (this.#next === undefined || nowMs - this.#next.atMs >= WINDOW_MS) {
      this.#from = this.#next;
      this.#next = { ...counts, atMs: nowMs };
    }
    const { accepted, rejected } = this.#from ?? { accepted: 0, rejected: 0 };
    const bad = counts.rejected - rejected;
    const all = bad + counts.accepted - accepted;
    return all > 0 ? Math.round((1_000 * bad) / all) / 10 : 0;
  }
}

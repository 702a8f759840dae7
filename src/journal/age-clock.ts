const DAY_MS = 86_400_000;

/** A step of the wall clock, and since when it lasts. */
interface Step {
  readonly ms: number;
  readonly sinceMs: number;
}

/**
 * The time that the age of telegrams is judged by: the wall clock, but for a step of more than a day, which is believed
 * once it has lasted for a day. A clock that is wrong for an hour must not take what was kept for a month. Where the two
 * differ it gives the earlier: by that nothing is too old that may not be.
 */
export class AgeClock {
  /** The wall clock when it was last believed, and the monotonic one at that moment. */
  #believed: { readonly wallMs: number; readonly nowMs: number } | undefined;
  #step: Step | undefined;

  /** @param knownMs a time that is past for certain, as far as one is known. */
  constructor(knownMs: number | undefined, nowMs: number) {
    if (knownMs !== undefined) this.#believed = { wallMs: knownMs, nowMs };
  }

  /** The wall clock when it was last believed, in milliseconds since 1970. */
  get believedMs(): number {
    return this.#believed?.wallMs ?? 0;
  }

  /** @param nowMs monotonic, in milliseconds. @returns milliseconds since 1970. */
  read(wallMs: number, nowMs: number): number {
    this.#believed ??= { wallMs, nowMs };
    const expectedMs = this.#believed.wallMs + nowMs - this.#believed.nowMs;
    if (this.#isBelieved(wallMs - expectedMs, nowMs)) {
      this.#believed = { wallMs, nowMs };
      return wallMs;
    }
    return Math.min(wallMs, expectedMs);
  }

  #isBelieved(ms: number, nowMs: number): boolean {
    const isSmall = Math.abs(ms) <= DAY_MS;
    const isSame = this.#step !== undefined && Math.abs(ms - this.#step.ms) <= DAY_MS;
    if (isSmall) this.#step = undefined;
    else if (!isSame) this.#step = { ms, sinceMs: nowMs };
    const lasts = this.#step !== undefined && nowMs - this.#step.sinceMs >= DAY_MS;
    if (lasts) this.#step = undefined;
    return isSmall || lasts;
  }
}

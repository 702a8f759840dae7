/** Lines that may come at once, after a quiet time. */
const BURST = 100;
/** One more line every so often: some 2,160 a day for each of two budgets, which keeps any fault under 1 MB a day. */
const REFILL_MS = 40_000;

/** Bounds the log under every fault: a token a line, refilled slowly; tells how many lines it kept back. */
export class Budget {
  readonly #nowMs: () => number;
  #tokens = BURST;
  #filledAtMs: number;
  #heldBack = 0;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
    this.#filledAtMs = nowMs();
  }

  /** @returns how many lines were kept back before this one, or undefined where this one is kept back too. */
  spend(): number | undefined {
    this.#refill();
    if (this.#tokens === 0) {
      this.#heldBack += 1;
      return undefined;
    }
    this.#tokens -= 1;
    const heldBack = this.#heldBack;
    this.#heldBack = 0;
    return heldBack;
  }

  #refill(): void {
    const refills = Math.floor((this.#nowMs() - this.#filledAtMs) / REFILL_MS);
    this.#tokens = Math.min(BURST, this.#tokens + refills);
    this.#filledAtMs += refills * REFILL_MS;
  }
}

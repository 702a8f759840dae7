const HOUR_MS = 3_600_000;
/** Losses within an hour that are told one by one; the next one says that it goes on like that. */
const TOLD_EACH = 3;

/** What to say of a loss: that it is one, that it is one of so many, or nothing. */
export type Word = 'lost' | { readonly times: number } | 'nothing';

/**
 * A connection that is lost and comes back again and again, as from a gateway that closes it behind each telegram: after a few
 * losses within an hour one line an hour, until one holds for as long.
 */
export class Flapping {
  #times = 0;
  #lastMs = -Infinity;
  #toldMs = -Infinity;

  /** Whether its coming back is told: whose loss was not, its return is not either. */
  isTold = true;

  /** It was lost at `nowMs` of a clock that only runs forward. */
  lost(nowMs: number): Word {
    if (nowMs - this.#lastMs > HOUR_MS) this.#times = 0;
    this.#lastMs = nowMs;
    this.#times += 1;
    this.isTold = this.#times <= TOLD_EACH;
    if (this.isTold) return 'lost';
    return this.#times === TOLD_EACH + 1 || nowMs - this.#toldMs > HOUR_MS ? this.#tell(nowMs) : 'nothing';
  }

  #tell(nowMs: number): Word {
    this.#toldMs = nowMs;
    return { times: this.#times };
  }
}

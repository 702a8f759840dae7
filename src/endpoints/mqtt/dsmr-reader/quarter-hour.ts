import { printThousandths, printUtc, type Amounts, type Values } from './values.ts';

const QUARTER_MS = 900_000;
/** Telegrams come so close to the turn of a quarter; a quarter without them is not told. */
const CLOSE_MS = 60_000;

interface Boundary {
  readonly quarterMs: number;
  readonly atMs: number;
  readonly wh: number;
}

/** The average power taken from the grid in the last quarter of an hour that is over. */
export class QuarterHour {
  #begun: Boundary | undefined;
  #values: Values | undefined;

  /** @param atMs by the clock of the meter. @returns undefined before the first whole quarter. */
  take({ electricity1 = 0, electricity2 = 0 }: Amounts, atMs: number): Values | undefined {
    const wh = electricity1 + electricity2;
    const quarterMs = Math.floor(atMs / QUARTER_MS) * QUARTER_MS;
    if (quarterMs === this.#begun?.quarterMs) return this.#values;
    const before = this.#begun;
    this.#begun = atMs - quarterMs < CLOSE_MS ? { quarterMs, atMs, wh } : undefined;
    if (before !== undefined && this.#begun !== undefined && quarterMs - before.quarterMs === QUARTER_MS)
      this.#values = valuesOf(before, this.#begun);
    return this.#values;
  }
}

const MS_AN_HOUR = 3_600_000;

function valuesOf(from: Boundary, to: Boundary): Values {
  const watts = Math.max(0, Math.round(((to.wh - from.wh) * MS_AN_HOUR) / (to.atMs - from.atMs)));
  return {
    read_at_start: printUtc(from.quarterMs),
    read_at_end: printUtc(to.quarterMs),
    average_delivered: printThousandths(watts),
  };
}

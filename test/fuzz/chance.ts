import { createDice } from '../support/dice.ts';

/** What a mutation asks of chance. */
export interface Chance {
  /** A whole number from 0 up to, not including, `limit`. */
  readonly below: (limit: number) => number;
  readonly oneOf: <T>(items: readonly T[]) => T;
}

/** The chance of the case with this number: each case can be made again by itself. */
export function chanceOf(seed: number, number: number): Chance {
  // Neighbours must not begin alike, as they would with a sum.
  const dice = createDice(Math.imul(seed ^ (number >>> 0), 0x9e3779b1) ^ number);
  dice();
  const below = (limit: number): number => Math.floor(dice() * limit);
  return { below, oneOf: (items) => items[below(items.length)]! };
}

import type { Letter } from '../journal/letter.ts';
import { TryLater } from '../outbox/endpoint.ts';

/** How old a letter is by this machine's clock. */
export interface Age {
  /** Infinity for one that an earlier start of the machine left, while the clock is not set. */
  readonly ms: number;
  /** False while the time at which it was received may still turn out wrong. */
  readonly isSure: boolean;
}

export type AgeOf = (letter: Letter) => Age;

/** Ages by a clock that is right. */
export function agesBy(now: () => Date): AgeOf {
  return ({ telegram }) => ({ ms: now().getTime() - telegram.receivedAt.getTime(), isSure: true });
}

/** @throws {TryLater} where a letter would be given a time of our own that may be wrong. */
export function requireSure({ isSure }: Age): void {
  if (isSure) return;
  throw new TryLater(
    "the meter has no clock, and this machine's is not set yet: telegrams wait for the right time; a network with a time server sets it, `timedatectl` shows whether it did",
  );
}

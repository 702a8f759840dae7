import type { MachineTime } from './boot.ts';

/** The year of this software: a clock that says less was not set since the machine was started. */
const SOFTWARE_MS = Date.UTC(2025, 0);
/** A clock that is right may have been set back by so much since the newest telegram. */
const BEHIND_MS = 60_000;
/** Clocks that are held on time by small corrections do not move by as much at once. */
const STEP_MS = 2_000;

/** By how much the wall clock was set between two looks, in milliseconds; 0 where it only ran. Negative: set back. */
export function stepBetween(before: MachineTime, after: MachineTime): number {
  const byMs = bootedAt(after) - bootedAt(before);
  return Math.abs(byMs) < STEP_MS ? 0 : byMs;
}

/**
 * Whether the wall clock can be believed: a Raspberry Pi without a battery begins at 1970, or where it stood when that
 * was last saved, until the network sets it.
 *
 * @param newestMs when the newest telegram was received that an earlier start of the machine left, 0 where there is none.
 */
export function isClockSet({ wallMs, isSynchronised }: MachineTime, newestMs: number): boolean {
  if (wallMs < SOFTWARE_MS) return false;
  return isSynchronised ?? wallMs >= newestMs - BEHIND_MS;
}

/** The same of a clock that was not set before: by running on it does not become right. */
export function hasBeenSet(before: MachineTime, now: MachineTime, newestMs: number): boolean {
  // Somebody may set it by hand before the service that does so gets an answer.
  const isSynchronised = now.isSynchronised === true ? true : undefined;
  const isTouched = stepBetween(before, now) !== 0 || isSynchronised === true;
  return isTouched && isClockSet({ ...now, isSynchronised }, newestMs);
}

/** What the wall clock of now would have said when the machine was started. */
function bootedAt({ wallMs, uptimeMs }: MachineTime): number {
  return wallMs - uptimeMs;
}

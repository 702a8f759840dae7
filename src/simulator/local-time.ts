import { isSummer } from '../reading/time.ts';

const HOUR_MS = 3_600_000;

/** The clock on the wall of a Dutch house, with the letter that DSMR prints for its offset. */
export interface LocalTime {
  /** Its calendar fields are those of the local clock, read with the `getUTC…` methods. */
  readonly wall: Date;
  /** Summer time (+02:00) or winter time (+01:00). */
  readonly letter: 'S' | 'W';
}

export function localTime(at: Date): LocalTime {
  const summer = isSummer(at.getTime());
  return { wall: new Date(at.getTime() + (summer ? 2 : 1) * HOUR_MS), letter: summer ? 'S' : 'W' };
}

const HOUR_MS = 3_600_000;

/** The clock on the wall of a Dutch house, with the letter that DSMR prints for its offset. */
export interface LocalTime {
  /** Its calendar fields are those of the local clock, read with the `getUTC…` methods. */
  readonly wall: Date;
  /** Summer time (+02:00) or winter time (+01:00). */
  readonly letter: 'S' | 'W';
}

/** Source of the rule: Directive 2000/84/EC, from 01:00 UTC on the last Sunday of March to that of October. */
export function localTime(at: Date): LocalTime {
  const year = at.getUTCFullYear();
  const summer = at.getTime() >= lastSunday(year, MARCH) && at.getTime() < lastSunday(year, OCTOBER);
  return { wall: new Date(at.getTime() + (summer ? 2 : 1) * HOUR_MS), letter: summer ? 'S' : 'W' };
}

const MARCH = 2;
const OCTOBER = 9;

/** 01:00 UTC on the last Sunday of a month of 31 days. */
function lastSunday(year: number, month: number): number {
  const last = new Date(Date.UTC(year, month, 31, 1));
  return last.getTime() - last.getUTCDay() * 24 * HOUR_MS;
}

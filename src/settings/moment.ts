import { measure, MS } from './measure.ts';

/** What a person is told who wrote something else. */
const A_MOMENT =
  'expected beginning, now, a day (2026-01-31), a time (2026-01-31T12:00, with Z or +01:00 where it is not the local one), or a span back from now (36h, 2d)';

/**
 * Reads a point in time as a person writes it: `beginning`, `now`, a day (its first moment here), a time with or without
 * its zone, or a span back such as `2d`. A local time that the clock shows twice is the earlier one; of one that it
 * skips, the clock's next hour.
 *
 * @param now the wall clock, in milliseconds since 1970.
 * @returns milliseconds since 1970; 0 for the beginning.
 * @throws {RangeError} that says what was expected.
 */
export function moment(text: string, now: number): number {
  if (text === 'beginning') return 0;
  if (text === 'now') return now;
  const back = measure(text, MS);
  const ms = Number.isNaN(back) ? calendarTime(text) : now - back;
  if (Number.isNaN(ms)) throw new RangeError(`got "${text}", ${A_MOMENT}`);
  return Math.max(0, ms);
}

const CALENDAR = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/;

/** NaN for what is no date. */
function calendarTime(text: string): number {
  const [, day = '', time = '00:00', zone = ''] = CALENDAR.exec(text) ?? [];
  return isOnTheCalendar(day, time) ? Date.parse(`${day}T${time}${zone}`) : NaN;
}

/** The 30th of February would be read as the 2nd of March. */
function isOnTheCalendar(day: string, time: string): boolean {
  const wall = new Date(`${day}T${time}Z`);
  return !Number.isNaN(wall.getTime()) && wall.toISOString().startsWith(day);
}

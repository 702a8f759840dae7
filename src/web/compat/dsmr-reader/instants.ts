import { localTime, offsetMinutes } from '../../../reading/local-time.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** `wrong`: it has another form. `unclear`: of a local time that clocks show twice, or never. */
export type Instant = number | 'wrong' | 'unclear';

const ISO = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(?:\.\d{1,6})?(Z|[+-]\d\d(?::?\d\d)?)?$/;
const DATE = /^\d{4}-\d\d-\d\d$/;

/** The instant, in milliseconds since 1970, of a text as DSMR-reader takes it: ISO 8601 to the second; local time without an offset. */
export function readInstant(text: string, timeZone: string): Instant {
  const [, date = '', time = '', seconds = ':00', offset] = ISO.exec(text) ?? [];
  const asUtc = utc(date, `${time}${seconds}`);
  if (asUtc === undefined) return 'wrong';
  if (offset !== undefined) return asUtc - offsetOf(offset) * MINUTE_MS;
  const [instant, ...others] = instantsOf(asUtc, timeZone);
  return instant === undefined || others.length > 0 ? 'unclear' : instant;
}

/** A day as `2026-01-31`; undefined for one that is none. */
export function readDay(text: string): string | undefined {
  return DATE.test(text) && utc(text, '00:00:00') !== undefined ? text : undefined;
}

/** When a day begins there; where clocks skip midnight, when they do. */
export function startOfDay(day: string, timeZone: string): number {
  const asUtc = utc(day, '00:00:00') ?? 0;
  return instantsOf(asUtc, timeZone)[0] ?? asUtc - offsetMinutes(new Date(asUtc - DAY_MS), timeZone) * MINUTE_MS;
}

/** `2026-01-31`: the day there. */
export function dayOf(ms: number, timeZone: string): string {
  return localTime(new Date(ms), timeZone).slice(0, 'YYYY-MM-DD'.length);
}

/** `2026-01-31T12:00:00Z`: as lists print it. */
export function printUtc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 'YYYY-MM-DDThh:mm:ss'.length)}Z`;
}

/** Every instant at which clocks there show this local time, given as if it were UTC; oldest first. */
function instantsOf(asUtc: number, timeZone: string): number[] {
  const offsets = [-DAY_MS, DAY_MS].map((by) => offsetMinutes(new Date(asUtc + by), timeZone));
  return [...new Set(offsets)]
    .map((minutes) => asUtc - minutes * MINUTE_MS)
    .filter((ms) => ms + offsetMinutes(new Date(ms), timeZone) * MINUTE_MS === asUtc)
    .sort((one, other) => one - other);
}

/** A local time of these years is also one of four digits in any other zone. */
const [FIRST_YEAR, LAST_YEAR] = [2, 9_998];

/** Undefined for a date or time that is none: 31 February must not become a day of March. */
function utc(date: string, time: string): number | undefined {
  const year = Number(date.slice(0, 'YYYY'.length));
  if (year < FIRST_YEAR || year > LAST_YEAR) return undefined;
  const ms = Date.parse(`${date}T${time}Z`);
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 'YYYY-MM-DD'.length) !== date ? undefined : ms;
}

function offsetOf(text: string): number {
  if (text === 'Z') return 0;
  const minutes = 60 * Number(text.slice(1, 3)) + Number(text.slice(3).replace(':', ''));
  return text.startsWith('-') ? -minutes : minutes;
}

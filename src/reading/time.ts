import { isPosted, postedTime } from './posted.ts';

/** What the stamps of a site mean. */
export interface Site {
  /** Its standard (winter) time, in minutes east of UTC: 60 in the Netherlands, Belgium, Luxembourg and Sweden, 120 in Lithuania. */
  readonly standardOffset: number;
}

export const NETHERLANDS: Site = { standardOffset: 60 };

/** What the stamps of a telegram have to be read against. */
export interface Context {
  readonly site: Site;
  readonly receivedAt: Date;
}

/** A moment as a meter gives it: UTC in milliseconds, and the offset that its stamp was printed with, in minutes. */
export interface Moment {
  readonly ms: number;
  readonly offset: number;
}

/**
 * Reads a time in any form that meters print: with S or W; without a letter, or with the T of Hungarian meters, as the clock on the
 * wall; twelve octets of COSEM in hexadecimal. Undefined for what is none of these, and for the stamps that stand for "never".
 */
export function readTime(stamp: string, context: Context): Moment | undefined {
  const form = WITHOUT_OFFSET.exec(stamp);
  if (form !== null) return readLocalStamp(form[1] ?? '', context.site, context.receivedAt);
  return readStamp(stamp, context.site) ?? readCosemTime(stamp, context.site);
}

/**
 * Reads `YYMMDDhhmmssX`. The letter alone is the offset: W is the standard time of the site, S an hour more, whatever the
 * season says. Undefined for a stamp that is no date, or that meters print for "never": 63…, 70…, 00….
 * Source: DSMR P1 Companion Standard 5.0.2, §6.4, tag TST; void stamps are from field telegrams.
 */
export function readStamp(stamp: string, site: Site): Moment | undefined {
  const letter = stamp.length === STAMP_LENGTH ? stamp.at(-1) : undefined;
  if (letter !== 'S' && letter !== 'W') return undefined;
  return at(stamp.slice(0, -1), site.standardOffset + (letter === 'S' ? SUMMER : 0));
}

/**
 * Reads the `YYMMDDhhmmss` of DSMR 2.2 and 3.0 as the clock on the wall, with summer time after the rule of the EU. Of the
 * hour that comes twice it takes the later one if that is not after `receivedAt`; one that is skipped counts as standard time.
 */
export function readLocalStamp(stamp: string, site: Site, receivedAt: Date): Moment | undefined {
  const winter = at(stamp, site.standardOffset);
  const summer = at(stamp, site.standardOffset + SUMMER);
  if (winter === undefined || summer === undefined || !isSummer(summer.ms)) return winter;
  const comesTwice = !isSummer(winter.ms);
  return comesTwice && winter.ms <= receivedAt.getTime() ? winter : summer;
}

/**
 * The instant that a telegram's clock (0-0:1.0.0) gives, found without reading the rest; undefined where it has none
 * (DSMR 2.2 and 3.0), a void one, or one whose stamp has no letter. Likewise of a reading that was posted by its values.
 */
export function meterTime(raw: Buffer, site: Site = NETHERLANDS): Date | undefined {
  if (isPosted(raw)) return postedTime(raw);
  const clock = Math.max(...CLOCK_LINES.map((line) => raw.indexOf(line)));
  if (clock < 0) return undefined;
  const stamp = clock + '\n0-0:1.0.0('.length;
  const moment = readStamp(raw.toString('latin1', stamp, stamp + STAMP_LENGTH), site);
  return moment && new Date(moment.ms);
}

/** So many minutes later; undefined where that is in no year of a meter. */
export function minutesLater({ ms, offset }: Moment, minutes: number): Moment | undefined {
  const later = ms + minutes * MINUTE;
  return new Date(later).getUTCFullYear() <= LAST_YEAR ? { ms: later, offset } : undefined;
}

/** RFC 3339 with the moment's own offset: `2016-01-29T17:00:00+01:00`. */
export function printMoment({ ms, offset }: Moment): string {
  const local = Math.floor((ms + offset * MINUTE) / SECOND);
  const day = Math.floor(local / SECONDS_A_DAY);
  const second = local - day * SECONDS_A_DAY;
  return `${printDay(day)}T${printClock(second)}:${twoDigits(second % 60)}${offset < 0 ? '-' : '+'}${printClock(60 * Math.abs(offset))}`;
}

/** Hours and minutes. */
function printClock(seconds: number): string {
  return `${twoDigits(Math.floor(seconds / 3_600))}:${twoDigits(Math.floor(seconds / 60) % 60)}`;
}

/** The same of what may be no moment. */
export function printOrNull(moment: Moment | undefined): string | null {
  return moment === undefined ? null : printMoment(moment);
}

/**
 * Reads the twelve octets of a COSEM date-time: year (2), month, day, day of the week, hour, minute, second, hundredth, minutes to
 * UTC (2, west is positive), status. Where the meter leaves the minutes open the status says whether it is summer time.
 * Source: IEC 62056-6-2, §4.1.6.1; printed so by NES meters.
 */
function readCosemTime(octets: string, site: Site): Moment | undefined {
  if (!COSEM_TIME.test(octets)) return undefined;
  const bytes = Buffer.from(octets, 'hex');
  const digits = [bytes.readUInt16BE(0) - CENTURY, ...[2, 3, 5, 6, 7].map((at) => bytes.readUInt8(at))].map(twoDigits);
  const toUtc = bytes.readInt16BE(9);
  const isSummerTime = (bytes.readUInt8(11) & SUMMER_BIT) !== 0;
  const offset = toUtc === OPEN ? site.standardOffset + (isSummerTime ? SUMMER : 0) : -toUtc;
  return Math.abs(offset) > LARGEST_OFFSET ? undefined : at(digits.join(''), offset);
}

const WITHOUT_OFFSET = /^(\d{12})T?$/;
const COSEM_TIME = /^[0-9A-F]{24}$/i;
const CENTURY = 2000;
const OPEN = -0x8000;
const SUMMER_BIT = 0x80;
/** Minutes; no clock on earth is further from UTC. */
const LARGEST_OFFSET = 14 * 60;
const CLOCK_LINES = ['\n0-0:1.0.0(', '\r0-0:1.0.0('].map((line) => Buffer.from(line));
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const SECONDS_A_DAY = 86_400;
const SUMMER = 60;
const STAMP_LENGTH = 'YYMMDDhhmmssX'.length;
const DATE = /^\d{12}$/;
const ZERO = '0'.charCodeAt(0);
/** The first P1 meters are of 2008; a clock that says 1970 is printed as 70. */
const FIRST_YEAR = 2006;
const LAST_YEAR = 2069;
const SHORTEST_MONTH = 28;

function at(digits: string, offset: number): Moment | undefined {
  if (!DATE.test(digits)) return undefined;
  const [year, month, day] = [2000 + numberAt(digits, 0), numberAt(digits, 2), numberAt(digits, 4)];
  const [hour, minute, second] = [numberAt(digits, 6), numberAt(digits, 8), numberAt(digits, 10)];
  if (year < FIRST_YEAR || year > LAST_YEAR || month < 1 || month > 12 || day < 1) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  // A day that its month does not have comes back as one of the next.
  if (day > SHORTEST_MONTH && new Date(ms).getUTCDate() !== day) return undefined;
  return { ms: ms - offset * MINUTE, offset };
}

/** The number of two digits. */
function numberAt(digits: string, place: number): number {
  return 10 * digits.charCodeAt(place) + digits.charCodeAt(place + 1) - 11 * ZERO;
}

/** Summer time runs from the last Sunday of March to the last of October, both at 01:00 UTC. Source: Directive 2000/84/EC. */
export function isSummer(ms: number): boolean {
  const year = new Date(ms).getUTCFullYear();
  return ms >= lastSunday(year, 2) && ms < lastSunday(year, 9);
}

function lastSunday(year: number, month: number): number {
  const end = new Date(Date.UTC(year, month, 31, 1));
  return end.setUTCDate(31 - end.getUTCDay());
}

/** The last day that was printed: nearly all times of a telegram are of one day. */
let lastDay = { number: 0, text: '1970-01-01' };

/** A day by how many come before it from 1970 on. */
function printDay(number: number): string {
  if (number === lastDay.number) return lastDay.text;
  const text = new Date(number * SECONDS_A_DAY * SECOND).toISOString().slice(0, 'YYYY-MM-DD'.length);
  lastDay = { number, text };
  return text;
}

const TWO_DIGITS = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'));

function twoDigits(number: number): string {
  return TWO_DIGITS[number] ?? String(number);
}

import { z } from 'zod';
import { offsetMinutes } from '../../reading/local-time.ts';
import { measure, MS } from '../../settings/measure.ts';
import { notAsExpected, type Problem } from './problem.ts';
import type { Target } from './route.ts';

/** A point in time as somebody asks for it: milliseconds since 1970, once it is known whose clock shows it. */
export type Moment = (timeZone: string) => number;

const A_TIME =
  'expected a time such as 2026-01-31T12:00:00Z, a day (2026-01-31), milliseconds since 1970, or a span back from now (2d)';
/** The year 9999: what lies behind it is no date in the texts of JavaScript. */
const LAST_MS = 253_402_300_799_999;
const DAY_MS = 86_400_000;
const WALL = /^(\d{4}-\d\d-\d\d)(?:[T ](\d?\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+ -]\d\d:?\d\d)?)?$/;

/** A point in time. A day, or a time without a zone, is that of the meter's time zone. */
export function time(about: string) {
  const examples = ['2026-01-31T12:00:00Z', '2026-01-31', '1795293904000', '2d'];
  // Said of the text: of what it becomes nothing stands in the description of a request.
  const text = z.string(A_TIME).meta({ description: about, examples });
  return text.transform((given, context): Moment => {
    const moment = given.length > 64 ? undefined : readMoment(given);
    if (moment !== undefined) return moment;
    context.addIssue({ code: 'custom', message: A_TIME });
    return z.NEVER;
  });
}

/** Midnight in UTC, as clients write it who mean a day and know no zone. */
const MIDNIGHT = /^(\d{4}-\d\d-\d\d)T0?0:00(?::00(?:\.0{1,9})?)?(?:Z|[+ -]00:?00)$/;

/** The begin of a day, or a point in time: midnight in UTC is that of the meter's time zone. */
export function dayTime(about: string) {
  return z.preprocess((text) => (typeof text === 'string' ? text.replace(MIDNIGHT, '$1') : text), time(about));
}

/** Any moment of a month, which may be named alone: 2026-11. */
export function monthTime(about: string) {
  return z.preprocess(
    (text) => (typeof text === 'string' ? text.replace(/^(\d{4}-\d\d)$/, '$1-01') : text),
    dayTime(about),
  );
}

/** Of a period that does not end behind its begin, in the words of who asks for it. */
export function notInOrder(begin: string, end: string, { query }: Target): Problem {
  return notAsExpected(end, query.get(end), `expected a time behind ${begin} (${query.get(begin) ?? ''})`);
}

function readMoment(text: string): Moment | undefined {
  const ahead = measure(text, MS);
  if (text === 'now' || ahead <= LAST_MS) return () => Math.max(0, Date.now() - (text === 'now' ? 0 : ahead));
  if (/^\d{9,15}$/.test(text)) return within(text.length < 12 ? 1_000 * Number(text) : Number(text));
  const [, day = '', clock = '00:00', zone = ''] = WALL.exec(text) ?? [];
  const wallMs = Date.parse(`${day}T${clock[1] === ':' ? '0' : ''}${clock}Z`);
  // The 30th of February would be read as the 2nd of March.
  if (Number.isNaN(wallMs) || !new Date(wallMs).toISOString().startsWith(day)) return undefined;
  if (zone === '') return (timeZone) => Math.max(0, instantOf(wallMs, timeZone));
  // A + that was not escaped in an address comes as a space.
  const [, sign = '+', hours = '0', minutes = '0'] = /^([+ -])(\d\d):?(\d\d)$/.exec(zone) ?? [];
  return within(wallMs - (sign === '-' ? -1 : 1) * 60_000 * (60 * Number(hours) + Number(minutes)));
}

function within(ms: number): Moment | undefined {
  return ms >= 0 && ms <= LAST_MS ? () => ms : undefined;
}

/** The first instant at which clocks there show this; of a time that they skip, as much later as they skip. */
function instantOf(wallMs: number, timeZone: string): number {
  const offsets = [-DAY_MS, DAY_MS].map((by) => 60_000 * offsetMinutes(new Date(wallMs + by), timeZone));
  const candidates = offsets.map((offset) => wallMs - offset).sort((one, other) => one - other);
  const shows = (ms: number): number => ms + 60_000 * offsetMinutes(new Date(ms), timeZone);
  return candidates.find((ms) => shows(ms) >= wallMs) ?? wallMs;
}

/** An IANA time zone. */
export const zone = z
  .string()
  .refine(isTimeZone, 'expected a time zone such as Europe/Amsterdam')
  .describe('time zone of days and of times without a zone; by default that of the meter');

function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

import { z } from 'zod';
import { moment } from '../settings/moment.ts';
import { FORMATS } from './formats.ts';

/** The kinds of parameters that routes have: texts in, values out, and how they are described in the OpenAPI document. */

interface Whole {
  readonly least: number;
  readonly most: number;
  readonly about: string;
}

/** A whole number from `least` to `most`. */
export function whole({ least, most, about }: Whole) {
  const expected = `expected a whole number from ${least} to ${most}`;
  return z
    .string()
    .refine((text) => /^\d{1,16}$/.test(text) && Number(text) >= least && Number(text) <= most, expected)
    .transform(Number)
    .meta({ type: 'integer', minimum: least, maximum: most, description: about });
}

const A_TIME =
  'expected a time such as 2026-01-31T12:00:00Z, a day (2026-01-31), milliseconds since 1970, or a span back (2d)';
/** The year 9999: what lies behind it is no date in JavaScript's own texts. */
const LAST_MS = 253_402_300_799_999;

/** A point in time, as milliseconds since 1970: RFC 3339, a day, epoch milliseconds, `now`, `beginning` or a span back. */
export function time(about: string) {
  return z
    .string()
    .max(64, A_TIME)
    .transform((text, context) => {
      const ms = readTime(text);
      if (ms !== undefined) return ms;
      context.addIssue({ code: 'custom', message: A_TIME });
      return z.NEVER;
    })
    .meta({ type: 'string', description: about, examples: ['2026-01-31T12:00:00Z', '2026-01-31', '2d'] });
}

function readTime(text: string): number | undefined {
  if (/^\d{9,15}$/.test(text)) return Math.min(Number(text), LAST_MS);
  try {
    const ms = moment(text.replace(/(?<=T.*) (?=\d\d:?\d\d$)/, '+'), Date.now());
    return ms <= LAST_MS ? ms : undefined;
  } catch {
    return undefined;
  }
}

/** One of some words. */
export function choice<const Words extends readonly [string, ...string[]]>(words: Words, about: string) {
  return z.enum(words, `expected ${oneOf(words)}`).describe(about);
}

/** Text that names something: no longer than any name is. */
export function nameText(about: string) {
  return z.string().min(1).max(100, 'expected up to 100 characters').describe(about);
}

/** What every list takes. */
export const ofLists = {
  format: choice(FORMATS, 'what the list is written as; the Accept header can say it, too').optional(),
};

function oneOf(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

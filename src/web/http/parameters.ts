import { z } from 'zod';
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

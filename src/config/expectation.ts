import type { z } from 'zod';
import { isMap } from './path.ts';
import { didYouMean } from './suggest.ts';

type Issue = z.core.$ZodRawIssue;

/**
 * Says what would have been right where a value does not fit: `expected …; hint`. Where a schema has a message of its
 * own, zod takes that instead.
 */
export function expectation(issue: Issue): string {
  const wanted = WANTED[issue.code] as ((issue: Issue) => string) | undefined;
  return `expected ${wanted?.(issue) ?? 'another value'}`;
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map of settings',
  array: 'a list',
};

/** What is counted where a text or a list has a wrong length; numbers count themselves. */
const UNITS: Readonly<Record<string, string>> = { string: 'letter', array: 'entry' };

const FORMATS: Readonly<Record<string, string>> = {
  url: 'a URL such as http://192.168.1.10:7777',
  datetime: 'a moment such as 2025-01-01T00:00:00+01:00',
};

/** A sentence's end for each kind of fault that a setting can have. */
const WANTED: { readonly [Code in Issue['code']]?: (issue: Extract<Issue, { code: Code }>) => string } = {
  invalid_type: ({ expected, input }) => (KINDS[expected] ?? expected) + quotesHint(expected, input),
  invalid_value: ({ values, input }) => oneOf(values.map(String), input),
  // What is wrong with the name of an entry.
  invalid_key: ({ issues }) => eitherOf([issues]),
  invalid_union: (issue) =>
    isFamily(issue) ? oneOf(issue.options.map(String), typeOf(issue.input)) : eitherOf(issue.errors),
  invalid_format: ({ format }) => FORMATS[format] ?? `another form (${format})`,
  too_small: ({ minimum, origin, inclusive }) =>
    `${inclusive === false ? 'more than' : 'at least'} ${amount(minimum, origin)}`,
  too_big: ({ maximum, origin, inclusive }) =>
    `${inclusive === false ? 'less than' : 'at most'} ${amount(maximum, origin)}`,
};

/** No member of the family has the `type` that was given. */
function isFamily(issue: object): issue is { readonly options: readonly unknown[] } {
  return 'options' in issue && Array.isArray(issue.options);
}

function amount(count: number | bigint, origin: string): string {
  const unit = UNITS[origin];
  if (unit === undefined) return String(count);
  return Number(count) === 1 ? `one ${unit}` : `${count} ${unit.replace(/y$/, 'ie')}s`;
}

function oneOf(choices: readonly string[], got: unknown): string {
  const list = choices.length > 1 ? `one of ${choices.join(', ')}` : choices.join('');
  return list + (typeof got === 'string' ? didYouMean(got, choices) : '');
}

/** A union tells what each of its branches would have taken. */
function eitherOf(branches: readonly (readonly { readonly message: string }[])[]): string {
  const wants = branches.flat().map(({ message }) => message.replace(/^expected /, ''));
  return [...new Set(wants)].join(' or ');
}

/** YAML reads 123, true and the like as no text. */
function quotesHint(expected: string, got: unknown): string {
  return expected === 'string' && (typeof got === 'number' || typeof got === 'boolean') ? '; put it in quotes' : '';
}

function typeOf(member: unknown): unknown {
  return isMap(member) ? member['type'] : undefined;
}

import { readQuantity } from './quantity.ts';
import { printMoment, printOrNull, readTime, type Context, type Moment } from './time.ts';

/** A power failure, with times in RFC 3339. */
export interface Failure {
  /** Null where the meter does not know the end, or counts no seconds that it can have been without power. */
  readonly start: string | null;
  /** Null if the meter does not know. */
  readonly end: string | null;
  /** How long it took, as printed. */
  readonly seconds: string;
}

/**
 * `(count)(0-0:96.7.19)`, then pairs of `(end)(duration*s)` in either order; given oldest first, those without an end before.
 * The pairs count, whatever the count says. Undefined where it is the log of another object.
 */
export function readFailures(groups: readonly string[], context: Context): readonly Failure[] | undefined {
  const [, reference = '', ...pairs] = groups;
  if (reference !== '' && !reference.endsWith(FAILURE_DURATION)) return undefined;
  const failures = [];
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const seconds = readQuantity(pairs[at + 1])?.value;
    if (seconds === undefined) return undefined;
    failures.push({ end: readTime(pairs[at] ?? '', context), seconds });
  }
  return failures
    .sort((a, b) => (a.end?.ms ?? 0) - (b.end?.ms ?? 0))
    .map(({ end, seconds }) => ({ start: startOf(end, Number(seconds)), end: printOrNull(end), seconds }));
}

/** The logged object, 0-0:96.7.19; the examples of DSMR 4.0 print it as 0:96.7.19 and 1-0:96.7.19. */
const FAILURE_DURATION = ':96.7.19';
/** Kaifa meters print 2147483647 and more: 68 years. */
const LONGEST_SECONDS = 2 ** 31 - 2;

function startOf(end: Moment | undefined, seconds: number): string | null {
  if (end === undefined || seconds < 0 || seconds > LONGEST_SECONDS) return null;
  return printMoment({ ...end, ms: end.ms - seconds * 1000 });
}

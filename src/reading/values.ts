import { readBilling } from './billing.ts';
import { readCapture, readProfile, readVolume } from './captures.ts';
import { readFailures } from './failures.ts';
import { readMonthPeaks, readPeak } from './peaks.ts';
import { readQuantity, type Quantity } from './quantity.ts';
import { readCount, readTariff, readText } from './text.ts';
import { printOrNull, readTime, type Context } from './time.ts';

/**
 * The ways to read an object's value groups; each gives undefined where they are not of its kind.
 * Source: DSMR P1 Companion Standard 5.0.2, §6.4 (formats), 3.0, §5.12 (profile); spellings beside them are from the field.
 */
export const KINDS = {
  /** Text in hexadecimal, such as an equipment id; left as it is where that gives no printable text. */
  text: ([group]) => (group === undefined ? undefined : readText(group)),
  /** As printed: a number that is a name, or hexadecimal that is no text. */
  code: ([group]) => group,
  count: ([group]) => readCount(group),
  tariff: ([group]) => readTariff(group),
  quantity: ([group], _, usualUnit?: string) => readQuantity(group, usualUnit),
  limits: readLimits,
  time: ([group = ''], context) => printOrNull(readTime(group, context)),
  capture: readCapture,
  volume: readVolume,
  profile: readProfile,
  failures: readFailures,
  peak: readPeak,
  monthPeaks: readMonthPeaks,
  billing: readBilling,
} as const satisfies Record<string, (groups: readonly string[], context: Context, usualUnit?: string) => unknown>;

export type Kind = keyof typeof KINDS;

export type ValueOf<K extends Kind> = Exclude<ReturnType<(typeof KINDS)[K]>, undefined>;

/** What may be taken from the grid, and what may be given back: a number that is not above zero. */
interface Limits {
  readonly delivered: Quantity;
  readonly returned: Quantity;
}

/** The limits of `(value*unit)(value*unit)`, or of one bracket with a comma between them. */
export function splitLimits(groups: readonly string[]): readonly string[] {
  return groups.length === 1 ? (groups[0] ?? '').split(',') : groups;
}

function readLimits(groups: readonly string[]): Limits | undefined {
  const [delivered, returned, ...more] = splitLimits(groups).map((part) =>
    part.includes('*') ? readQuantity(part) : undefined,
  );
  return delivered && returned && more.length === 0 ? { delivered, returned } : undefined;
}

import { printMoment, readLocalStamp, readStamp, type Moment, type Site } from './time.ts';

/** A number as the meter printed it, without leading zeros: digits are never rounded or converted. */
export interface Quantity {
  readonly value: string;
  /** As printed. Undefined where there is none. */
  readonly unit: string | undefined;
}

/** What an M-Bus device last reported, and when it did: RFC 3339, null if never. A device that is not there has no unit. */
export interface Capture extends Quantity {
  readonly time: string | null;
}

/** A power failure: when it ended (RFC 3339, null if the meter does not know) and how many seconds it took, as printed. */
interface Failure {
  readonly end: string | null;
  readonly seconds: string;
}

/** What the value groups of a telegram have to be read against. */
export interface Context {
  readonly site: Site;
  readonly receivedAt: Date;
}

/**
 * The ways to read an object's value groups; each gives undefined where they are not of its kind.
 * Source: DSMR P1 Companion Standard 5.0.2, §6.4 (formats), 3.0, §5.12 (profile); spellings beside them are from the field.
 */
export const KINDS = {
  /** Text in hexadecimal, such as an equipment id; left as it is where that gives no printable text. */
  text: ([group]) => (group === undefined ? undefined : (decodeHex(group) ?? group)),
  /** A number that is a name. */
  code: ([group]) => group,
  count: ([group]) => readCount(group),
  /** 1 or 2; some meters print it as the hexadecimal of `T1`. */
  tariff: ([group = '']) => readCount(TARIFF_TEXT.exec(decodeHex(group) ?? '')?.[1] ?? group),
  quantity: ([group], _, usualUnit?: string) => readQuantity(group, usualUnit),
  time: ([group = ''], { site }) => print(readStamp(group, site)),
  /** `(time)(value*unit)`. */
  capture: (groups, { site }) => captureOf(readStamp(groups[0] ?? '', site), readQuantity(groups.at(-1))),
  profile: readProfile,
  failures: readFailures,
} as const satisfies Record<string, (groups: readonly string[], context: Context, usualUnit?: string) => unknown>;

export type Kind = keyof typeof KINDS;

export type ValueOf<K extends Kind> = Exclude<ReturnType<(typeof KINDS)[K]>, undefined>;

const NUMBER = /^[+-]?\d+(?:[.,]\d+)?$/;
const WHOLE_NUMBER = /^\d{1,15}$/;
const HEX_OF_PRINTABLE = /^(?:[2-6][0-9A-F]|7[0-9A-E])+$/i;
const TARIFF_TEXT = /^T(\d)$/;
/** The logged object, 0-0:96.7.19; the examples of DSMR 4.0 print it as 0:96.7.19 and 1-0:96.7.19. */
const FAILURE_DURATION = ':96.7.19';
const MINUTE = 60_000;

/** The text that a value stands for in hexadecimal, without blanks behind it; undefined where it is not printable ASCII. */
export function decodeHex(group: string): string | undefined {
  if (group.length % 2 !== 0 || !HEX_OF_PRINTABLE.test(group)) return undefined;
  return Buffer.from(group, 'hex').toString('latin1').trimEnd();
}

/** `value` or `value*unit`; undefined where the value is no number. `usualUnit` is the one to take where none is printed. */
export function readQuantity(group = '', usualUnit?: string): Quantity | undefined {
  const [value = '', unit] = group.split('*', 2).map((part) => part.trim());
  if (!NUMBER.test(value)) return undefined;
  return { value: stripZeros(value.replace(',', '.')), unit: unit === '' ? usualUnit : (unit ?? usualUnit) };
}

function stripZeros(number: string): string {
  return number.replace(/^\+?(-?)0*(?=\d)/, '$1');
}

function readCount(group = ''): number | undefined {
  return WHOLE_NUMBER.test(group) ? Number(group) : undefined;
}

function print(moment: Moment | undefined): string | null {
  return moment === undefined ? null : printMoment(moment);
}

function captureOf(moment: Moment | undefined, quantity: Quantity | undefined): Capture | undefined {
  return quantity && { time: print(moment), ...quantity };
}

/**
 * The newest value of `(time of the oldest)(status)(minutes between values)(z)` + z times `(reference)(unit)`, then rows of
 * z values, oldest first.
 */
function readProfile(groups: readonly string[], { site, receivedAt }: Context): Capture | undefined {
  const [stamp = '', , minutes = '', width = ''] = groups;
  const columns = readCount(width);
  if (columns === undefined || columns === 0) return undefined;
  const values = groups.slice(4 + 2 * columns);
  const rows = Math.floor(values.length / columns);
  const oldest = readLocalStamp(stamp, site, receivedAt);
  const newest = oldest && { ...oldest, ms: oldest.ms + (rows - 1) * (readCount(minutes) ?? 0) * MINUTE };
  const quantity = readQuantity(values[(rows - 1) * columns]);
  return captureOf(newest, quantity && { ...quantity, unit: groups[5]?.trim() || undefined });
}

/** `(count)(0-0:96.7.19)`, then pairs of `(end)(duration*s)` in either order; given oldest first, those without an end before. */
function readFailures(groups: readonly string[], { site }: Context): readonly Failure[] | undefined {
  const [, reference = '', ...pairs] = groups;
  if (reference !== '' && !reference.endsWith(FAILURE_DURATION)) return undefined;
  const failures = [];
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const seconds = readQuantity(pairs[at + 1])?.value;
    if (seconds === undefined) return undefined;
    failures.push({ end: readStamp(pairs[at] ?? '', site), seconds });
  }
  return failures
    .sort((a, b) => (a.end?.ms ?? 0) - (b.end?.ms ?? 0))
    .map(({ end, seconds }) => ({ end: print(end), seconds }));
}

import { readQuantity, type Quantity } from './quantity.ts';
import { readCount } from './text.ts';
import { minutesLater, printOrNull, readTime, type Context, type Moment } from './time.ts';

/** What a device last reported, and when it did: RFC 3339, null if never. A device that is not there has no unit. */
export interface Capture extends Quantity {
  readonly time: string | null;
}

/** `(time)(value*unit)`. */
export function readCapture(groups: readonly string[], context: Context): Capture | undefined {
  return captureOf(readTime(groups[0] ?? '', context), readQuantity(groups.at(-1)));
}

/** The same, but only of a volume or of a device that is not there: some heat meters print temperatures in its place. */
export function readVolume(groups: readonly string[], context: Context): Capture | undefined {
  const capture = readCapture(groups, context);
  return capture?.unit === undefined || capture.unit === 'm3' ? capture : undefined;
}

/**
 * The newest value of `(time of the oldest)(status)(minutes between values)(z)` + z times `(reference)(unit)`, then rows of
 * z values, oldest first. The status is hexadecimal and says nothing that is of use here.
 */
export function readProfile(groups: readonly string[], context: Context): Capture | undefined {
  const [stamp = '', , minutes = '', width = ''] = groups;
  const columns = readCount(width);
  if (columns === undefined || columns === 0) return undefined;
  const values = groups.slice(4 + 2 * columns);
  const rows = Math.floor(values.length / columns);
  const oldest = readTime(stamp, context);
  const newest = oldest && minutesLater(oldest, (rows - 1) * (readCount(minutes) ?? 0));
  return captureOf(newest, readQuantity(values[(rows - 1) * columns], groups[5]?.trim() || undefined));
}

function captureOf(moment: Moment | undefined, quantity: Quantity | undefined): Capture | undefined {
  return quantity && { time: printOrNull(moment), ...quantity };
}

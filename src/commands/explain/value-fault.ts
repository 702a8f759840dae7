import { readQuantity } from '../../reading/quantity.ts';
import { claimOf } from '../../reading/reading.ts';
import { readTime, type Context } from '../../reading/time.ts';
import type { Kind } from '../../reading/values.ts';
import type { CosemObject } from '../../telegram/cosem.ts';
import type { Fault } from './line-fault.ts';

/** What about the first value of an object is not as its field has it, in the line that begins it; undefined where all is. */
export function valueFault(line: string, object: CosemObject, context: Context): Fault | undefined {
  const claim = claimOf(object, context);
  if (claim === undefined) return { column: endOfNumber(line), what: 'not a value that this object has' };
  const { kind, unit } = claim.place.field;
  const [first = ''] = object.groups;
  const from = line.indexOf('(') + 1;
  if (BEGINS_WITH_TIME.includes(kind) && !first.includes('*')) return timeFault(first, from, context);
  return kind === 'quantity' ? unitFault(first, from, unit) : undefined;
}

const BEGINS_WITH_TIME: readonly Kind[] = ['time', 'capture', 'volume', 'profile', 'peak'];
/** A meter prints these for "never", and nothing where it knows no time. */
const VOID = /^(?:(?:63|70|00)\d{10}[SWT]?| *)$/;
const DIGITS_SO_FAR = /^\d{0,12}/;
const NUMBER_SO_FAR = /\( *[+-]?\d*(?:[.,]\d*)?/;

function endOfNumber(line: string): number {
  const { index = 0, 0: soFar = '' } = NUMBER_SO_FAR.exec(line) ?? {};
  return index + soFar.length;
}

/** Twelve digits that are no date are wrong as a whole. */
function timeFault(stamp: string, from: number, context: Context): Fault | undefined {
  if (VOID.test(stamp) || readTime(stamp, context) !== undefined) return undefined;
  const digits = DIGITS_SO_FAR.exec(stamp)?.[0].length ?? 0;
  const isWhole = /^\d{12}[SWT]?$/.test(stamp);
  return { column: isWhole ? from : from + digits, what: 'this is no time, YYMMDDhhmmss and S or W' };
}

function unitFault(value: string, from: number, unit: string | undefined): Fault | undefined {
  const star = value.indexOf('*');
  if (star < 0 || unit === undefined || readQuantity(value)?.unit === unit) return undefined;
  return { column: from + star + 1, what: `this object is in ${unit}` };
}

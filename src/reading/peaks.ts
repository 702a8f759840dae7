import type { Capture } from './captures.ts';
import { readQuantity, type Quantity } from './quantity.ts';
import { printMoment, printOrNull, readTime, type Context } from './time.ts';

/** The highest quarter-hour of a month, and when that ended. */
export interface MonthPeak extends Quantity {
  /** When the month ended: the first moment of the next. RFC 3339, as `time`. */
  readonly monthEnd: string;
  readonly time: string;
}

/** `(time)(value*kW)`; a meter in Wallonia prints the value first. */
export function readPeak(groups: readonly string[], context: Context): Capture | undefined {
  const isValueFirst = groups[0]?.includes('*') ?? false;
  const [value, stamp = ''] = isValueFirst ? groups : [groups.at(-1), groups[0]];
  const quantity = readQuantity(value, 'kW');
  return quantity && { time: printOrNull(readTime(stamp, context)), ...quantity };
}

/**
 * `(count)(1-0:1.6.0)(1-0:1.6.0)`, then `(end of the month)(time)(value*kW)` a month, in either order; given oldest first. The
 * months count, whatever the count says; one without data has a void time and is left out. Undefined where it is another history.
 */
export function readMonthPeaks(groups: readonly string[], context: Context): readonly MonthPeak[] | undefined {
  const [, first, second, ...months] = groups;
  if (!isPeak(first) || !isPeak(second)) return undefined;
  const peaks = [];
  for (let at = 0; at + 2 < months.length; at += 3) {
    const [monthEnd, time] = [months[at], months[at + 1]].map((stamp = '') => readTime(stamp, context));
    if (monthEnd === undefined || time === undefined) continue;
    const quantity = readQuantity(months[at + 2], 'kW');
    if (quantity === undefined) return undefined;
    peaks.push({ monthEnd, time, quantity });
  }
  return peaks
    .sort((a, b) => a.monthEnd.ms - b.monthEnd.ms)
    .map(({ monthEnd, time, quantity }) => ({ monthEnd: printMoment(monthEnd), time: printMoment(time), ...quantity }));
}

function isPeak(reference: string | undefined): boolean {
  return reference?.endsWith(':1.6.0') ?? false;
}

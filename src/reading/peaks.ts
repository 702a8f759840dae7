import type { Capture } from './captures.ts';
import { readQuantity, type Quantity } from './quantity.ts';
import { NETHERLANDS, printMoment, printOrNull, readTime, type Context } from './time.ts';

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
  const [, first, second] = groups;
  if (!isPeak(first) || !isPeak(second)) return undefined;
  const peaks = [];
  for (const [value, ...stamps] of monthsOf(groups)) {
    const [monthEnd, time] = stamps.map((stamp) => readTime(stamp, context));
    if (monthEnd === undefined || time === undefined) continue;
    const quantity = readQuantity(value, 'kW');
    if (quantity === undefined) return undefined;
    peaks.push({ monthEnd, time, quantity });
  }
  return peaks
    .sort((a, b) => a.monthEnd.ms - b.monthEnd.ms)
    .map(({ monthEnd, time, quantity }) => ({ monthEnd: printMoment(monthEnd), time: printMoment(time), ...quantity }));
}

/** The groups of months that are left out for want of a time, and yet have a value that is not zero. */
export function timelessPeaks(groups: readonly string[]): readonly string[] {
  return monthsOf(groups).flatMap(([value, ...stamps]) => {
    const isTimed = stamps.every((stamp) => readTime(stamp, ANYWHERE) !== undefined);
    return isTimed || NO_PEAK.test(value) ? [] : [...stamps, value];
  });
}

/** Whether a stamp is a time is the same everywhere. */
const ANYWHERE: Context = { site: NETHERLANDS, receivedAt: new Date(0) };
/** Zero, with or without a unit, or nothing. */
const NO_PEAK = /^ *[+-]?[0.,]* *(?:kw|\*.*)?$/i;

type Month = readonly [value: string, monthEnd: string, time: string];

function monthsOf(groups: readonly string[]): Month[] {
  const months: Month[] = [];
  for (let at = 3; at + 2 < groups.length; at += 3) {
    const [monthEnd, time, value] = groups.slice(at, at + 3) as [string, string, string];
    months.push([value, monthEnd, time]);
  }
  return months;
}

function isPeak(reference: string | undefined): boolean {
  return reference?.endsWith(':1.6.0') ?? false;
}

import type { Capture } from '../../reading/captures.ts';
import type { Quantity } from '../../reading/quantity.ts';
import type { Kind, ValueOf } from '../../reading/values.ts';
import { show } from './caret.ts';

/** What stands in the row of an object, and the lines of a list under it. */
export type Said = readonly [value: string, ...list: string[]];

/** A value of a reading in words. `value` is what its kind makes; undefined where the meter printed nothing. */
export function sayValue(kind: Kind, value: unknown): Said {
  return value === undefined ? ['nothing'] : (WORDS[kind] as (value: unknown) => Said)(value);
}

export function sayQuantity({ value, unit, printed }: Quantity): string {
  const asPrinted = printed ? ` (printed in ${show(printed.unit)})` : '';
  return `${value}${unit === undefined ? '' : ` ${show(unit)}`}${asPrinted}`;
}

/** The time of a meter and its offset. */
export function sayTime(time: string | null): string {
  return time === null ? 'void' : time.replace(TIME, '$1 $2 $3');
}

/** A stamp for "never", one that is no date, or none at all. */
const NO_TIME = 'no time';
const TIME = /^(.+)T(.{8})(.+)$/;

const WORDS: { readonly [K in Kind]: (value: ValueOf<K>) => Said } = {
  text: (text) => [show(text)],
  code: (text) => [show(text)],
  count: (count) => [String(count)],
  tariff: (tariff) => [String(tariff)],
  quantity: (quantity) => [sayQuantity(quantity)],
  limits: ({ delivered, returned }) => [`${sayQuantity(delivered)}, ${sayQuantity(returned)}`],
  time: (time) => [time === null ? NO_TIME : sayTime(time)],
  capture: (capture) => [sayCapture(capture)],
  volume: (capture) => [sayCapture(capture)],
  profile: (capture) => [sayCapture(capture)],
  peak: (capture) => [sayCapture(capture)],
  failures: (failures) =>
    list(failures, ({ start, end, seconds }) => `${sayTime(start)} to ${sayTime(end)}: ${seconds} s`),
  monthPeaks: (peaks) =>
    list(
      peaks,
      ({ monthEnd, time, ...quantity }) =>
        `${sayQuantity(quantity)} at ${sayTime(time)}, month to ${sayTime(monthEnd)}`,
    ),
  billing: (billings) =>
    list(billings, ({ time, registers }) =>
      [sayTime(time), ...Object.entries(registers).map(([name, value]) => `  ${name} ${sayQuantity(value)}`)].join(
        '\n',
      ),
    ),
};

function sayCapture({ time, ...quantity }: Capture): string {
  return `${sayQuantity(quantity)}, ${time === null ? NO_TIME : `at ${sayTime(time)}`}`;
}

function list<T>(items: readonly T[], say: (item: T) => string): Said {
  return [items.length === 0 ? 'none' : `${items.length}:`, ...items.flatMap((item) => say(item).split('\n'))];
}

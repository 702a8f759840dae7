import { cutDecimals, shiftPoint } from './decimals.ts';
import type { Quantity } from './quantity.ts';

/** A quantity that can be computed with: a whole number, so that sums are exact. */
export interface BaseQuantity {
  readonly value: number;
  readonly unit: BaseUnit;
}

type BaseUnit = 'Wh' | 'W' | 'varh' | 'var' | 'VA' | 'dm3' | 'MJ' | 'mV' | 'mA' | 'mHz' | 's';

/** Of each unit of a reading: the one to compute in, a thousandth of it but for seconds. */
const BASE_UNITS: Readonly<Record<string, readonly [unit: BaseUnit, places: number]>> = {
  kWh: ['Wh', 3],
  kW: ['W', 3],
  kvarh: ['varh', 3],
  kvar: ['var', 3],
  kVA: ['VA', 3],
  m3: ['dm3', 3],
  GJ: ['MJ', 3],
  V: ['mV', 3],
  A: ['mA', 3],
  Hz: ['mHz', 3],
  s: ['s', 0],
};

/**
 * The quantity in whole base units. What is finer is cut off, not rounded, so that a register never runs ahead of its meter.
 * Undefined for a unit that is not among them, and for a number too large to be exact.
 */
export function toBaseUnits({ value, unit = '' }: Quantity): BaseQuantity | undefined {
  const base = Object.hasOwn(BASE_UNITS, unit) ? BASE_UNITS[unit] : undefined;
  if (base === undefined) return undefined;
  // Minus zero is no number to show to people.
  const whole = Number(thousandths(value, base[1]) ?? cutDecimals(shiftPoint(value, base[1]), 0)) + 0;
  return Number.isSafeInteger(whole) ? { value: whole, unit: base[0] } : undefined;
}

const POINT = '.'.charCodeAt(0);

/** What nearly all are: exactly three decimals, and thousandths to compute in. */
function thousandths(value: string, places: number): string | undefined {
  const point = value.length - 4;
  return places === 3 && value.charCodeAt(point) === POINT ? value.slice(0, point) + value.slice(point + 1) : undefined;
}

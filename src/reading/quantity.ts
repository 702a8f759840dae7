import { shiftPoint } from './decimals.ts';
import { unitOf } from './units.ts';

/** A number and its unit. Digits are moved as text, never rounded and never a float. */
export interface Quantity {
  /** Without leading zeros, with as many decimals as the meter printed. */
  readonly value: string;
  /** kWh, kW, kvarh, kvar, kVAh, kVA, V, A, Hz, s, m3 or GJ; one that is not among these as it was printed. Undefined where there is none. */
  readonly unit: string | undefined;
  /** The number and the unit that the meter printed; only where that was another unit. */
  readonly printed?: { readonly value: string; readonly unit: string };
}

/** `value*unit` or `value` as printed; undefined where the value is no number. `usualUnit` is the one to take where none is printed. */
export function readPrinted(group = '', usualUnit?: string): Quantity | undefined {
  const star = group.indexOf('*');
  const value = (star < 0 ? group : group.slice(0, star)).trim();
  const unit = star < 0 ? '' : group.slice(star + 1).trim();
  if (!NUMBER.test(value) || unit.includes('*')) return undefined;
  return { value: stripZeros(value.replace(',', '.')), unit: unit === '' ? usualUnit : unit };
}

/** The same in the unit of a reading. Takes a known unit without its `*`, too: `1.2kW`. */
export function readQuantity(group = '', usualUnit?: string): Quantity | undefined {
  const quantity = readPrinted(group, usualUnit) ?? readGlued(group);
  return quantity && normalise(quantity);
}

const NUMBER = /^[+-]?\d+(?:[.,]\d+)?$/;
/** What is cut off in front. */
const SIGN_AND_ZEROS = /^\+?(-?)0*(?=\d)/;
const HAS_ZEROS = /^(?:\+|-?0\d)/;
const GLUED = /^\s*([+-]?\d+(?:[.,]\d+)?)\s*([a-z][a-z0-9\u00b3]*)\s*$/i;
/** Its letter is no unit: neither seconds nor watts. */
const STAMP = /^\d{12}[SW]$/;

/** A number whose unit follows at once, as printed. Only of a unit that is known, or every hexadecimal text would be one. */
export function readGlued(group: string): Quantity | undefined {
  const [, value = '', unit = ''] = (STAMP.test(group) ? null : GLUED.exec(group)) ?? [];
  return unitOf(unit) === undefined ? undefined : readPrinted(`${value}*${unit}`);
}

function normalise(quantity: Quantity): Quantity {
  const { value, unit = '' } = quantity;
  const [normal, places] = unitOf(unit) ?? [quantity.unit, 0];
  if (places === 0) return { value, unit: normal };
  return { value: shiftPoint(value, places), unit: normal, printed: { value, unit } };
}

function stripZeros(number: string): string {
  return HAS_ZEROS.test(number) ? number.replace(SIGN_AND_ZEROS, '$1') : number;
}

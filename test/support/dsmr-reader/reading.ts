import { printLocal } from './amsterdam.ts';

/** What the server keeps of one telegram: decimals as text, times as milliseconds, as its own columns hold them. */
export type Reading = Record<string, string | number | null> & { timestamp: number };

const PHASES = ['l1', 'l2', 'l3'];
const each = (name: string): string[] => PHASES.map((phase) => `${name}_${phase}`);

/** The columns of a reading, in the order in which the API prints them. */
export const REQUIRED = [
  'electricity_delivered_1',
  'electricity_returned_1',
  'electricity_delivered_2',
  'electricity_returned_2',
  'electricity_currently_delivered',
  'electricity_currently_returned',
];
export const PHASE_POWERS = [...each('phase_currently_delivered'), ...each('phase_currently_returned')];
export const VOLTAGES = each('phase_voltage');
export const CURRENTS = each('phase_power_current');
const FIELDS = [
  'timestamp',
  ...REQUIRED,
  ...each('phase_currently_delivered'),
  'extra_device_timestamp',
  'extra_device_delivered',
  ...each('phase_currently_returned'),
  ...VOLTAGES,
  ...CURRENTS,
];

/** A reading as the API shows it. */
export function printReading(id: number, reading: Reading): Record<string, unknown> {
  const values = FIELDS.map((field): [string, unknown] => [field, printValue(field, reading[field] ?? null)]);
  return { id, ...Object.fromEntries(values) };
}

function printValue(field: string, value: string | number | null): string | number | null {
  return field.endsWith('timestamp') && typeof value === 'number' ? printLocal(value) : value;
}

/** `value` with exactly so many decimals, rounded half to even as the database does. Undefined where it is no number. */
export function quantize(value: string, decimals: number): string | undefined {
  const match = /^([+-]?)(\d*)\.?(\d*)$/.exec(value.trim());
  if (match === null || (match[2] === '' && match[3] === '')) return undefined;
  const [, sign = '', whole = '', fraction = ''] = match;
  const kept = BigInt(`${whole}${fraction.slice(0, decimals).padEnd(decimals, '0')}` || '0');
  const rest = fraction.slice(decimals);
  const rounded = kept + (roundsUp(rest, kept) ? 1n : 0n);
  const digits = rounded.toString().padStart(decimals + 1, '0');
  const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return sign === '-' && rounded !== 0n ? `-${text}` : text;
}

function roundsUp(rest: string, kept: bigint): boolean {
  if (rest === '' || rest[0]! < '5') return false;
  return rest[0]! > '5' || /[1-9]/.test(rest.slice(1)) || kept % 2n === 1n;
}

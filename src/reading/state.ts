import { toBaseUnits } from './base-units.ts';
import { energyRegisters, TOTALS, withTotals } from './energy-registers.ts';
import type { Quantity } from './quantity.ts';
import type { Reading } from './reading.ts';
import type { NamedDevice } from './state-devices.ts';
import { FIELD_STATES, type FieldState } from './state-fields.ts';
import { STATE_UNITS } from './state-row.ts';
import { NETS, PEAK, timeName } from './state-rows.ts';

/**
 * What a meter says, by names that other programs know: kWh, W, V, A, Hz, m³ and GJ as numbers, times as RFC 3339. What the meter
 * does not print is not there. The names: `state-rows.ts`. No number of a meter is in it.
 */
export type MeterState = Readonly<Record<string, number | string>>;

/** The state of a meter that said this, with these devices behind it: `namedDevices` has them. */
export function meterState(reading: Reading, devices: readonly NamedDevice[]): MeterState {
  const state: Record<string, number | string> = {};
  addTotals(state, reading);
  addFields(state, reading.meter);
  addNets(state);
  for (const { name, read, register } of devices) addDevice(state, name, read, register);
  return state;
}

type Draft = Record<string, number | string>;

/** Registers of each tariff are fields of the table. */
function addTotals(state: Draft, { meter }: Reading): void {
  const registers = withTotals(energyRegisters(meter));
  for (const total of TOTALS) {
    const wh = registers[total];
    if (wh !== undefined) state[`${total}_total`] = wh / WH_A_KWH;
  }
}

const WH_A_KWH = 1_000;

function addFields(state: Draft, meter: Readonly<Record<string, unknown>>): void {
  for (const row of FIELD_STATES) {
    const value = meter[row.field];
    if (value === undefined) continue;
    const number = typeof value === 'number' ? value : numberOf(row, sideOf(row, value));
    if (number !== undefined) state[row.name] = number;
    if (row.name === PEAK) addTime(state, row.name, value);
  }
}

function addTime(state: Draft, name: string, value: unknown): void {
  const { time } = value as { time?: string | null };
  if (state[name] !== undefined && typeof time === 'string') state[timeName(name)] = time;
}

function sideOf({ side }: FieldState, value: unknown): Quantity {
  return side === undefined ? (value as Quantity) : (value as Record<typeof side, Quantity>)[side];
}

/** All nines stand for no limit. */
const NO_LIMIT = /^-?9+(?:\.9+)?$/;

/** Whole base units divided by a power of ten: the number is the nearest to what was printed. */
function numberOf({ read, kind, isDiagnostic }: FieldState, quantity: Quantity): number | undefined {
  if (read === undefined) return quantity.unit === undefined ? Number(quantity.value) : undefined;
  if (isDiagnostic === true && NO_LIMIT.test(quantity.value)) return undefined;
  const number = inUnit(read, quantity);
  return number !== undefined && (kind !== 'register' || number >= 0) ? number : undefined;
}

function inUnit(read: string, quantity: Quantity): number | undefined {
  const unit = STATE_UNITS[read];
  const base = toBaseUnits(quantity);
  return unit !== undefined && base?.unit === unit.base ? base.value / unit.divisor : undefined;
}

/** Import less export. A meter that has no power of all phases has the sum of each. */
function addNets(state: Draft): void {
  const [all, ...phases] = NETS.map((name) => netOf(state, name));
  const known = phases.filter((watts) => watts !== undefined);
  const sum = known.length > 0 ? known.reduce((total, watts) => total + watts, 0) : undefined;
  for (const [index, watts] of [all ?? sum, ...phases].entries()) {
    const name = NETS[index];
    if (name !== undefined && watts !== undefined) state[name] = watts;
  }
}

const WAYS = {
  power: ['power_import', 'power_export'],
  power_l1: ['power_import_l1', 'power_export_l1'],
  power_l2: ['power_import_l2', 'power_export_l2'],
  power_l3: ['power_import_l3', 'power_export_l3'],
} as const;

function netOf(state: Draft, net: (typeof NETS)[number]): number | undefined {
  const [imported, exported] = WAYS[net].map((name) => state[name]);
  if (typeof imported !== 'number' && typeof exported !== 'number') return undefined;
  return Number(imported ?? 0) - Number(exported ?? 0);
}

function addDevice(state: Draft, name: string, read: string, register: Quantity & { readonly time: string }): void {
  const number = inUnit(read, register);
  if (number === undefined || number < 0) return;
  state[name] = number;
  state[timeName(name)] = register.time;
}

import { Refused } from '../outbox/endpoint.ts';
import { addDecimals, cutDecimals, roundDecimals } from '../reading/decimals.ts';
import { METER_FIELDS } from '../reading/fields.ts';
import type { GasMeter } from '../reading/gas-meter.ts';
import type { Quantity } from '../reading/quantity.ts';
import type { Reading } from '../reading/reading.ts';

/** A reading as API v2 of DSMR-reader takes it: decimals as text, whole amperes as numbers, times with their offset. */
export type DsmrReading = Record<string, string | number>;

/** How DSMR-reader stores a kind of quantity. A value that it would not take is left out; it must not cost the reading. */
interface Format {
  readonly unit: string;
  readonly decimals: number;
  readonly takes: RegExp;
}

const ENERGY: Format = { unit: 'kWh', decimals: 3, takes: /^-?\d{1,6}(\.\d+)?$/ };
const POWER: Format = { unit: 'kW', decimals: 3, takes: /^-?\d{1,6}(\.\d+)?$/ };
const VOLTAGE: Format = { unit: 'V', decimals: 1, takes: /^\d{1,3}(\.\d)?$/ };
const CURRENT: Format = { unit: 'A', decimals: 0, takes: /^\d{1,3}$/ };
const VOLUME: Format = { unit: 'm3', decimals: 3, takes: /^\d{1,6}(\.\d+)?$/ };

type QuantityName = {
  [Name in keyof typeof METER_FIELDS]: (typeof METER_FIELDS)[Name]['kind'] extends 'quantity' ? Name : never;
}[keyof typeof METER_FIELDS];

/**
 * Theirs, and ours: the first that the reading has. Where it has none, DSMR-reader stores nothing without a required
 * one; a `second` tariff that a meter does not have has counted nothing; any other may be left out.
 */
type Row = readonly [theirs: string, format: Format, need: 'required' | 'second' | 'optional', ...ours: QuantityName[]];

/** The registers of electricity: with its time they tell a stored reading from others. */
export const REGISTERS = [
  'electricity_delivered_1',
  'electricity_returned_1',
  'electricity_delivered_2',
  'electricity_returned_2',
];

/** Meters in Sweden and Luxembourg give totals in the place of tariffs: they stand as tariff 1. */
const ROWS: readonly Row[] = [
  ['electricity_delivered_1', ENERGY, 'required', 'energyDelivered1', 'energyDelivered'],
  ['electricity_returned_1', ENERGY, 'required', 'energyReturned1', 'energyReturned'],
  ['electricity_delivered_2', ENERGY, 'second', 'energyDelivered2'],
  ['electricity_returned_2', ENERGY, 'second', 'energyReturned2'],
  ['electricity_currently_delivered', POWER, 'required', 'powerDelivered'],
  ['electricity_currently_returned', POWER, 'required', 'powerReturned'],
  ['phase_currently_delivered_l1', POWER, 'optional', 'powerDeliveredL1'],
  ['phase_currently_delivered_l2', POWER, 'optional', 'powerDeliveredL2'],
  ['phase_currently_delivered_l3', POWER, 'optional', 'powerDeliveredL3'],
  ['phase_currently_returned_l1', POWER, 'optional', 'powerReturnedL1'],
  ['phase_currently_returned_l2', POWER, 'optional', 'powerReturnedL2'],
  ['phase_currently_returned_l3', POWER, 'optional', 'powerReturnedL3'],
  ['phase_voltage_l1', VOLTAGE, 'optional', 'voltageL1'],
  ['phase_voltage_l2', VOLTAGE, 'optional', 'voltageL2'],
  ['phase_voltage_l3', VOLTAGE, 'optional', 'voltageL3'],
  ['phase_power_current_l1', CURRENT, 'optional', 'currentL1'],
  ['phase_power_current_l2', CURRENT, 'optional', 'currentL2'],
  ['phase_power_current_l3', CURRENT, 'optional', 'currentL3'],
];

/**
 * DSMR-reader knows two tariffs. Energy of further ones is counted in the first: then the sum of both is all energy, and neither
 * leaps when a tariff is used for the first time.
 */
const FURTHER_TARIFFS: { readonly [Name in QuantityName]?: readonly QuantityName[] } = {
  energyDelivered1: ['energyDelivered3', 'energyDelivered4', 'energyDelivered5'],
  energyReturned1: ['energyReturned3', 'energyReturned4'],
};

/**
 * A reading in DSMR-reader's fields, at this RFC 3339 time and with the register of this gas meter. Throws {@link Refused} where the telegram lacks what DSMR-reader requires.
 * Source: DSMR-reader 5.11, API v2, `dsmrreading`.
 */
export function dsmrReading(reading: Reading, timestamp: string, gas: GasMeter | undefined): DsmrReading {
  const fields: DsmrReading = { timestamp };
  for (const row of ROWS) {
    const value = valueOf(row, reading);
    if (value !== undefined) fields[row[0]] = value;
  }
  return { ...fields, ...gasFields(gas) };
}

/**
 * What DSMR-reader itself makes of the registers in a telegram, in the order of {@link REGISTERS}: it does not look at
 * units, and rounds where {@link dsmrReading} cuts. Undefined for one that it would not store.
 */
export function printedRegisters({ meter }: Reading): (string | undefined)[] {
  return REGISTERS.map((name) => {
    const [, , need, ...ours] = ROWS.find(([theirs]) => theirs === name) ?? [];
    const printed = ours.map((field) => meter[field]).find((quantity) => quantity !== undefined);
    const digits = (printed?.printed ?? printed)?.value ?? (need === 'second' ? '0' : undefined);
    return digits && roundDecimals(digits, ENERGY.decimals);
  });
}

function valueOf(row: Row, { meter }: Reading): string | number | undefined {
  const [, format, need, ...ours] = row;
  const name = ours.find((field) => meter[field] !== undefined);
  const printed = name && withFurtherTariffs(name, meter);
  if (printed === undefined && need === 'second') return '0';
  const digits = printed && convert(printed, format);
  if (digits === undefined && need !== 'optional') throw new Refused(lacking(row, printed));
  return digits !== undefined && format === CURRENT ? Number(digits) : digits;
}

function withFurtherTariffs(name: QuantityName, meter: Reading['meter']): Quantity | undefined {
  const quantity = meter[name];
  const further = FURTHER_TARIFFS[name]?.flatMap((tariff) => meter[tariff] ?? []) ?? [];
  if (quantity === undefined || further.length === 0) return quantity;
  return further.reduce(
    (sum, { value, unit }) => ({ value: addDecimals(sum.value, value), unit: unit === sum.unit ? unit : undefined }),
    quantity,
  );
}

/** The quantity with no more decimals than DSMR-reader takes; undefined where it does not take it. */
function convert({ value, unit }: Quantity, format: Format): string | undefined {
  const digits = cutDecimals(value, format.decimals);
  return unit === format.unit && format.takes.test(digits) ? digits : undefined;
}

function gasFields(gas: GasMeter | undefined): DsmrReading {
  const delivered = gas && convert(gas, VOLUME);
  if (gas === undefined || delivered === undefined) return {};
  return { extra_device_timestamp: gas.time, extra_device_delivered: delivered };
}

function lacking([theirs, { unit }, , ...ours]: Row, printed: Quantity | undefined): string {
  const references = ours.map((name) => METER_FIELDS[name].obis[0]).join(' or ');
  const got = printed === undefined ? 'nothing' : `${printed.value} ${printed.unit ?? 'without a unit'}`;
  return `DSMR-reader requires ${theirs}: expected ${references} below 1000000 ${unit}, got ${got}`;
}

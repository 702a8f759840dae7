import { Refused } from '../outbox/endpoint.ts';
import { addDecimals, cutDecimals, roundDecimals } from '../reading/decimals.ts';
import {
  CURRENT,
  DSMR_READER_FIELDS,
  ENERGY,
  VOLUME,
  type Format,
  type QuantityName,
  type Row,
} from '../reading/dsmr-reader-fields.ts';
import { METER_FIELDS } from '../reading/fields.ts';
import type { GasMeter } from '../reading/gas-meter.ts';
import type { Quantity } from '../reading/quantity.ts';
import type { Reading } from '../reading/reading.ts';

/** A reading as API v2 of DSMR-reader takes it: decimals as text, whole amperes as numbers, times with their offset. */
export type DsmrReading = Record<string, string | number>;

/** The registers of electricity: with its time they tell a stored reading from others. */
export const REGISTERS = [
  'electricity_delivered_1',
  'electricity_returned_1',
  'electricity_delivered_2',
  'electricity_returned_2',
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
  for (const row of DSMR_READER_FIELDS) {
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
    const [, , need, ...ours] = DSMR_READER_FIELDS.find(([theirs]) => theirs === name) ?? [];
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

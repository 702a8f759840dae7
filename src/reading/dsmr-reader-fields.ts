import type { METER_FIELDS } from './fields.ts';

/** How DSMR-reader stores a kind of quantity. A value that it would not take is left out; it must not cost the reading. */
export interface Format {
  readonly unit: string;
  readonly decimals: number;
  readonly takes: RegExp;
}

export const ENERGY: Format = { unit: 'kWh', decimals: 3, takes: /^-?\d{1,6}(\.\d+)?$/ };
const POWER: Format = { unit: 'kW', decimals: 3, takes: /^-?\d{1,6}(\.\d+)?$/ };
const VOLTAGE: Format = { unit: 'V', decimals: 1, takes: /^\d{1,3}(\.\d)?$/ };
export const CURRENT: Format = { unit: 'A', decimals: 0, takes: /^\d{1,3}$/ };
export const VOLUME: Format = { unit: 'm3', decimals: 3, takes: /^\d{1,6}(\.\d+)?$/ };

export type QuantityName = {
  [Name in keyof typeof METER_FIELDS]: (typeof METER_FIELDS)[Name]['kind'] extends 'quantity' ? Name : never;
}[keyof typeof METER_FIELDS];

/**
 * Theirs, and ours: the first that the reading has. Where it has none, DSMR-reader stores nothing without a required
 * one; a `second` tariff that a meter does not have has counted nothing; any other may be left out.
 */
export type Row = readonly [
  theirs: string,
  format: Format,
  need: 'required' | 'second' | 'optional',
  ...ours: [first: QuantityName, ...others: QuantityName[]],
];

/**
 * What DSMR-reader knows of an electricity meter. Meters in Sweden and Luxembourg give totals in the place of tariffs: they stand
 * as tariff 1. Source: DSMR-reader 5.11, API v2, `dsmrreading`.
 */
export const DSMR_READER_FIELDS: readonly Row[] = [
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

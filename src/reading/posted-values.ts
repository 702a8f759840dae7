import type { MbusValues, MeterValues } from './fields.ts';
import { readPosted, type Posted } from './posted.ts';

interface PostedValues {
  readonly meter: MeterValues;
  readonly mbus: Readonly<Record<number, MbusValues>>;
}

/** What was posted, under our own names. */
export function valuesOfPosted(raw: Uint8Array): PostedValues {
  const posted = readPosted(raw);
  const meter: Record<string, unknown> = {};
  const { timestamp } = posted;
  if (timestamp !== undefined) meter['time'] = timestamp;
  for (const [theirs, [ours, unit]] of Object.entries(NAMES)) {
    const value = posted[theirs];
    if (value !== undefined) meter[ours] = { value: String(value), unit };
  }
  return { meter, mbus: gasOf(posted) };
}

type Ours = readonly [name: keyof MeterValues, unit: string];

const NAMES: Readonly<Record<string, Ours>> = {
  electricity_delivered_1: ['energyDelivered1', 'kWh'],
  electricity_returned_1: ['energyReturned1', 'kWh'],
  electricity_delivered_2: ['energyDelivered2', 'kWh'],
  electricity_returned_2: ['energyReturned2', 'kWh'],
  electricity_currently_delivered: ['powerDelivered', 'kW'],
  electricity_currently_returned: ['powerReturned', 'kW'],
  phase_currently_delivered_l1: ['powerDeliveredL1', 'kW'],
  phase_currently_delivered_l2: ['powerDeliveredL2', 'kW'],
  phase_currently_delivered_l3: ['powerDeliveredL3', 'kW'],
  phase_currently_returned_l1: ['powerReturnedL1', 'kW'],
  phase_currently_returned_l2: ['powerReturnedL2', 'kW'],
  phase_currently_returned_l3: ['powerReturnedL3', 'kW'],
  phase_voltage_l1: ['voltageL1', 'V'],
  phase_voltage_l2: ['voltageL2', 'V'],
  phase_voltage_l3: ['voltageL3', 'V'],
  phase_power_current_l1: ['currentL1', 'A'],
  phase_power_current_l2: ['currentL2', 'A'],
  phase_power_current_l3: ['currentL3', 'A'],
};

/** Source: EN 13757-3, table of device types. */
const GAS = 3;

/** DSMR-reader calls it the extra device, and counts it as gas. */
function gasOf({ extra_device_timestamp: time, extra_device_delivered: value }: Posted): Record<number, MbusValues> {
  if (typeof time !== 'string' || value === undefined) return {};
  return { 1: { deviceType: GAS, register: { time, value: String(value), unit: 'm3' } } };
}

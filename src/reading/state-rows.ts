import type { Device } from './devices.ts';
import { TOTALS } from './energy-registers.ts';
import { FIELD_STATES } from './state-fields.ts';
import { stateLabel, stateName } from './state-names.ts';
import { devicePoint, stateRow, STATE_UNITS, type StateRow } from './state-row.ts';

/** Powers less what goes the other way. */
export const NETS = ['power', 'power_l1', 'power_l2', 'power_l3'] as const;

/** What is worked out: registers over all tariffs, and net powers. */
const WORKED_OUT: readonly StateRow[] = [
  ...TOTALS.map((total) => stateRow(`${total}_total`, 'register', { ...STATE_UNITS['kWh'] })),
  ...NETS.map((name) => stateRow(name, 'now', { ...STATE_UNITS['kW'] })),
];

/** A row for what one kind of device on the M-Bus counts. */
interface DeviceState extends StateRow {
  readonly device: Device['kind'];
  /** Its unit in a reading. */
  readonly read: string;
}

/** Kinds of devices, their names in a state, their units in a reading, and what Home Assistant calls the quantity. */
const DEVICES: readonly (readonly [Device['kind'], name: string, read: string, deviceClass: string])[] = [
  ['gas', 'gas', 'm3', 'gas'],
  ['water', 'water', 'm3', 'water'],
  ['warm water', 'warm_water', 'm3', 'water'],
  ['heat', 'heat', 'GJ', 'energy'],
  ['cold', 'cold', 'GJ', 'energy'],
  ['electricity', 'submeter', 'kWh', 'energy'],
];
const CHANNELS = [1, 2, 3, 4];

/** The registers of devices; a second one of a kind has its channel behind its name. Gas there is once. */
export const DEVICE_STATES: readonly DeviceState[] = DEVICES.flatMap(([device, name, read, deviceClass]) =>
  [name, ...(device === 'gas' ? [] : CHANNELS.map((channel) => `${name}_${channel}`))].map((each) => ({
    ...stateRow(each, 'register', { ...STATE_UNITS[read], deviceClass }),
    ...{ device, read, point: devicePoint(each, read) },
  })),
);

export const PEAK = stateName('peakDelivered');

/** The name of when a value was captured. */
export function timeName(name: string): string {
  return `${name}_time`;
}

/** Every name that a state can have, and what it is. */
export function stateRows(): readonly StateRow[] {
  const timed = [PEAK, ...DEVICE_STATES.map(({ name }) => name)];
  return [...WORKED_OUT, ...FIELD_STATES, ...DEVICE_STATES, ...timed.map(timeOf)];
}

function timeOf(value: string): StateRow {
  const label = `${stateLabel(value)}, time`;
  return { name: timeName(value), kind: 'time', label, deviceClass: 'timestamp', isDiagnostic: true };
}

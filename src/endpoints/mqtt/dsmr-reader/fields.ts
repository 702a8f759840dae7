import { DSMR_READER_FIELDS } from '../../../reading/dsmr-reader-fields.ts';
import { roundDecimals } from '../../../reading/decimals.ts';
import type { MeterValues } from '../../../reading/fields.ts';
import type { DsmrReading } from '../../dsmr-fields.ts';
import { utc, type Values } from './values.ts';

const PHASES = ['l1', 'l2', 'l3'];
const each = (name: string): string[] => PHASES.map((phase) => `${name}_${phase}`);

/** The fields of a reading, in DSMR-reader's order. Source: DSMR-reader 5.11, MQTT, telegram split over topics. */
const READING = [
  'timestamp',
  'electricity_delivered_1',
  'electricity_returned_1',
  'electricity_delivered_2',
  'electricity_returned_2',
  'electricity_currently_delivered',
  'electricity_currently_returned',
  ...each('phase_currently_delivered'),
  ...each('phase_currently_returned'),
  'extra_device_timestamp',
  'extra_device_delivered',
  ...each('phase_voltage'),
  ...each('phase_power_current'),
];

const DECIMALS: ReadonlyMap<string, number> = new Map([
  ...DSMR_READER_FIELDS.map(([theirs, { decimals }]) => [theirs, decimals] as const),
  ['extra_device_delivered', 3],
]);

/** A reading as DSMR-reader publishes it: decimals as text, times in UTC, null for what it does not have. */
export function readingValues(id: number, reading: DsmrReading): Values {
  return { id, ...Object.fromEntries(READING.map((name) => [name, printed(name, reading[name])])) };
}

function printed(name: string, value: string | number | undefined): string | number | null {
  if (value === undefined) return null;
  if (typeof value === 'number') return value;
  return name.endsWith('timestamp') ? utc(value) : roundDecimals(value, DECIMALS.get(name) ?? 3);
}

/** What DSMR-reader tells of the meter itself. @param rejected telegrams since the start. */
export function meterStatistics(meter: MeterValues, rejected: number): Values {
  const phases = (name: string, of: (phase: 1 | 2 | 3) => number | undefined): [string, number | null][] =>
    ([1, 2, 3] as const).map((phase) => [`${name}_l${phase}`, of(phase) ?? null]);
  return {
    // Belgium prints 50217: the first two digits are what DSMR-reader calls the version.
    dsmr_version: meter.version ?? meter.emucsVersion?.slice(0, 2) ?? null,
    electricity_tariff: meter.tariff ?? null,
    power_failure_count: meter.powerFailures ?? null,
    long_power_failure_count: meter.longPowerFailures ?? null,
    ...Object.fromEntries(phases('voltage_sag_count', (phase) => meter[`voltageSagsL${phase}`])),
    ...Object.fromEntries(phases('voltage_swell_count', (phase) => meter[`voltageSwellsL${phase}`])),
    rejected_telegrams: rejected,
  };
}

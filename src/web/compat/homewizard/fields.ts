import type { MeterValues } from '../../../reading/fields.ts';

/** What `GET /api/v1/data` gives; what the meter lacks is undefined, which JSON leaves out. */
export type Data = Readonly<Record<string, unknown>>;

/** How a value is given: as it is; a tariff from 1 to 4; in watts; in volts or hertz; the time of a peak. */
export type Kind = 'count' | 'tariff' | 'thousandths' | 'units' | 'time';

type Row = readonly [theirs: string, ours: keyof MeterValues, kind: Kind];

/**
 * What a HomeWizard shows of one value of the meter, under its names (`montly` is its spelling).
 * Source: HomeWizard's API documentation, v1, measurement of the P1 meter.
 */
export const FIELDS: readonly Row[] = [
  ['active_tariff', 'tariff', 'tariff'],
  ['active_voltage_l1_v', 'voltageL1', 'units'],
  ['active_voltage_l2_v', 'voltageL2', 'units'],
  ['active_voltage_l3_v', 'voltageL3', 'units'],
  ['active_frequency_hz', 'frequency', 'units'],
  ['voltage_sag_l1_count', 'voltageSagsL1', 'count'],
  ['voltage_sag_l2_count', 'voltageSagsL2', 'count'],
  ['voltage_sag_l3_count', 'voltageSagsL3', 'count'],
  ['voltage_swell_l1_count', 'voltageSwellsL1', 'count'],
  ['voltage_swell_l2_count', 'voltageSwellsL2', 'count'],
  ['voltage_swell_l3_count', 'voltageSwellsL3', 'count'],
  ['any_power_fail_count', 'powerFailures', 'count'],
  ['long_power_fail_count', 'longPowerFailures', 'count'],
  ['active_power_average_w', 'demandDelivered', 'thousandths'],
  ['montly_power_peak_w', 'peakDelivered', 'thousandths'],
  ['montly_power_peak_timestamp', 'peakDelivered', 'time'],
];

/** Of these it shows the first less the second. */
export const POWERS = [
  ['active_power_w', 'powerDelivered', 'powerReturned'],
  ['active_power_l1_w', 'powerDeliveredL1', 'powerReturnedL1'],
  ['active_power_l2_w', 'powerDeliveredL2', 'powerReturnedL2'],
  ['active_power_l3_w', 'powerDeliveredL3', 'powerReturnedL3'],
] as const;

/** Currents, and the powers whose difference gives them a sign. */
export const CURRENTS = [
  ['active_current_l1_a', 'currentL1', 'powerDeliveredL1', 'powerReturnedL1'],
  ['active_current_l2_a', 'currentL2', 'powerDeliveredL2', 'powerReturnedL2'],
  ['active_current_l3_a', 'currentL3', 'powerDeliveredL3', 'powerReturnedL3'],
] as const;

/** Registers of energy have these names on both sides: `total_power_import_kwh`, and that of each tariff. */
export const DIRECTIONS = ['import', 'export'] as const;
export const TARIFFS: readonly number[] = [1, 2, 3, 4];

/** By the number of its type where that tells more (EN 13757-3; 12 is heat measured at the inlet), else by its kind. */
export const DEVICE_TYPES: Readonly<Record<string, string>> = {
  12: 'inlet_heat_meter',
  gas: 'gas_meter',
  heat: 'heat_meter',
  'warm water': 'warm_water_meter',
  water: 'water_meter',
};

/** Makers by their letters, as meters' headers have them. Source: FLAG association, list of manufacturers. */
export const MAKERS: Readonly<Record<string, string>> = {
  ADN: 'Aidon',
  ISK: 'ISKRA',
  KAM: 'Kamstrup',
  KFM: 'KAIFA',
  KMP: 'Kamstrup',
  LGF: 'Landis+Gyr',
  LGZ: 'Landis+Gyr',
  SAG: 'SAGEMCOM',
  XMX: 'XEMEX',
};

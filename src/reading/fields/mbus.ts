import type { Field } from '../field.ts';

/**
 * THE TABLE, second part: what a reading holds of each device on the M-Bus, channel n = 1 to 4. What a device is its type and its
 * unit say, not its channel: `devices.ts`.
 * Sources: DSMR P1 Companion Standards 3.0 to 5.0.2; e-MUCS P1 1.4 (96.1.1, 24.2.3) and 2.1.1 (96.1.2).
 */
// prettier-ignore
export const MBUS_FIELDS = {
  deviceType:          { obis: ['0-n:24.1.0'], kind: 'count', countries: ['NL', 'BE', 'LU'], about: 'kind of device after EN 13757-3: 3 gas, 4 heat, 7 water' },
  equipmentId:         { obis: ['0-n:96.1.0', '0-n:96.1.1'], kind: 'text', countries: ['NL', 'LU', 'BE'], about: 'identifies the device' },
  supplyPointEan:      { obis: ['0-n:96.1.2'], kind: 'text', countries: ['BE'], about: 'EAN of the supply point of the device' },
  register:            { obis: ['0-n:24.2.1'], kind: 'capture', countries: ['NL', 'BE', 'LU'], about: 'its register; gas: volume converted to a standard temperature' },
  registerUnconverted: { obis: ['0-n:24.2.3'], kind: 'volume', countries: ['BE'], about: 'its register in Belgium, a volume; gas: as measured' },
  registerHourly:      { obis: ['0-n:24.3.0'], kind: 'profile', countries: ['NL'], about: 'its register in DSMR 2.2 and 3.0, on the hour' },
  registerHourlyCold:  { obis: ['0-n:24.3.1'], kind: 'profile', countries: ['NL'], about: 'its register of cold in DSMR 3.0, on the hour' },
  valveState:          { obis: ['0-n:24.4.0'], kind: 'count', countries: ['NL', 'BE', 'LU'], about: '0 closed, 1 open, 2 released' },
} as const satisfies Readonly<Record<string, Field>>;

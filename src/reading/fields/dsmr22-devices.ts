import type { Field } from '../field.ts';

/**
 * Gas, heat, cold and water as the text of DSMR 2.2 has them. No meter is known that prints them: those that call themselves 2.2
 * print the M-Bus objects of DSMR 3.0. They count for no device.
 */
// prettier-ignore
export const DSMR22_DEVICES = {
  gasEquipmentId:      { obis: ['7-0:0.0.0'],  kind: 'text',    countries: ['NL'], about: 'identifies the gas meter' },
  gas24Hours:          { obis: ['7-0:23.1.0'], kind: 'capture', countries: ['NL'], about: 'gas of the last 24 hours' },
  gas24HoursConverted: { obis: ['7-0:23.2.0'], kind: 'capture', countries: ['NL'], about: 'the same, converted to a standard temperature' },
  gasValveState:       { obis: ['7-0:24.4.0'], kind: 'count',   countries: ['NL'], about: 'valve of the gas meter: 0 closed, 1 open, 2 released' },
  heatEquipmentId:     { obis: ['5-0:0.0.0'],  kind: 'text',    countries: ['NL'], about: 'identifies the heat meter' },
  heatRegister:        { obis: ['5-0:1.0.0'],  kind: 'capture', countries: ['NL'], about: 'register of the heat meter' },
  coldEquipmentId:     { obis: ['6-0:0.0.0'],  kind: 'text',    countries: ['NL'], about: 'identifies the meter of cold' },
  coldRegister:        { obis: ['6-0:1.0.0'],  kind: 'capture', countries: ['NL'], about: 'register of the meter of cold' },
  waterEquipmentId:    { obis: ['8-0:0.0.0'],  kind: 'text',    countries: ['NL'], about: 'identifies the water meter' },
  waterRegister:       { obis: ['8-0:1.0.0'],  kind: 'capture', countries: ['NL'], about: 'register of the water meter' },
} as const satisfies Readonly<Record<string, Field>>;

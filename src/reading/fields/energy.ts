import { H1, type Field } from '../field.ts';

const KWH = { kind: 'quantity', unit: 'kWh' } as const;
const KVARH = { kind: 'quantity', unit: 'kvarh' } as const;

/**
 * Registers of energy, active and reactive; they only grow. Swiss meters print `1-1:` for the tariffs.
 * What the number of a tariff stands for depends on the country: `tariff.ts`.
 */
// prettier-ignore
export const ENERGY = {
  energyDelivered:             { obis: ['1-0:1.8.0'], ...KWH, countries: ['LU', ...H1, 'LT', 'HU', 'AT', 'DE'], about: 'energy delivered, all tariffs' },
  energyDelivered1:            { obis: ['1-0:1.8.1', '1-1:1.8.1'], ...KWH, countries: ['NL', 'BE', 'LT', 'HU', 'AT', 'CH', 'DE'], about: 'energy delivered, tariff 1' },
  energyDelivered2:            { obis: ['1-0:1.8.2', '1-1:1.8.2'], ...KWH, countries: ['NL', 'BE', 'LT', 'HU', 'AT', 'CH', 'DE'], about: 'energy delivered, tariff 2' },
  energyDelivered3:            { obis: ['1-0:1.8.3'], ...KWH, countries: ['LT', 'HU', 'BE'], about: 'energy delivered, tariff 3' },
  energyDelivered4:            { obis: ['1-0:1.8.4'], ...KWH, countries: ['LT', 'HU', 'BE'], about: 'energy delivered, tariff 4' },
  energyDelivered5:            { obis: ['1-0:1.8.5'], ...KWH, countries: ['BE'], about: 'energy delivered, tariff 5' },
  energyDelivered11:           { obis: ['1-0:1.8.11'], ...KWH, countries: ['IL'], about: 'energy delivered, time of use 1' },
  energyDelivered12:           { obis: ['1-0:1.8.12'], ...KWH, countries: ['IL'], about: 'energy delivered, time of use 2' },
  energyDelivered13:           { obis: ['1-0:1.8.13'], ...KWH, countries: ['IL'], about: 'energy delivered, time of use 3' },

  energyReturned:              { obis: ['1-0:2.8.0'], ...KWH, countries: ['LU', ...H1, 'LT', 'HU', 'AT', 'DE'], about: 'energy returned, all tariffs' },
  energyReturned1:             { obis: ['1-0:2.8.1', '1-1:2.8.1'], ...KWH, countries: ['NL', 'BE', 'LT', 'HU', 'AT', 'CH', 'DE'], about: 'energy returned, tariff 1' },
  energyReturned2:             { obis: ['1-0:2.8.2', '1-1:2.8.2'], ...KWH, countries: ['NL', 'BE', 'LT', 'HU', 'AT', 'CH', 'DE'], about: 'energy returned, tariff 2' },
  energyReturned3:             { obis: ['1-0:2.8.3'], ...KWH, countries: ['LT', 'HU'], about: 'energy returned, tariff 3' },
  energyReturned4:             { obis: ['1-0:2.8.4'], ...KWH, countries: ['LT', 'HU'], about: 'energy returned, tariff 4' },
  energyReturned11:            { obis: ['1-0:2.8.11'], ...KWH, countries: ['IL'], about: 'energy returned, time of use 1' },
  energyReturned12:            { obis: ['1-0:2.8.12'], ...KWH, countries: ['IL'], about: 'energy returned, time of use 2' },
  energyReturned13:            { obis: ['1-0:2.8.13'], ...KWH, countries: ['IL'], about: 'energy returned, time of use 3' },
  energyDeliveredPlusReturned: { obis: ['1-0:15.8.0'], ...KWH, countries: ['HU'], about: 'energy delivered and energy returned, added up' },

  reactiveEnergyDelivered:     { obis: ['1-0:3.8.0'], ...KVARH, countries: ['LU', ...H1, 'LT', 'HU', 'AT'], about: 'reactive energy delivered (Q+), all tariffs' },
  reactiveEnergyDelivered1:    { obis: ['1-0:3.8.1'], ...KVARH, countries: ['LT', 'AT'], about: 'reactive energy delivered (Q+), tariff 1' },
  reactiveEnergyDelivered2:    { obis: ['1-0:3.8.2'], ...KVARH, countries: ['LT', 'AT'], about: 'reactive energy delivered (Q+), tariff 2' },
  reactiveEnergyDelivered3:    { obis: ['1-0:3.8.3'], ...KVARH, countries: ['LT'], about: 'reactive energy delivered (Q+), tariff 3' },
  reactiveEnergyDelivered4:    { obis: ['1-0:3.8.4'], ...KVARH, countries: ['LT'], about: 'reactive energy delivered (Q+), tariff 4' },

  reactiveEnergyReturned:      { obis: ['1-0:4.8.0'], ...KVARH, countries: ['LU', ...H1, 'LT', 'HU', 'AT'], about: 'reactive energy returned (Q-), all tariffs' },
  reactiveEnergyReturned1:     { obis: ['1-0:4.8.1'], ...KVARH, countries: ['LT', 'AT', 'HU'], about: 'reactive energy returned (Q-), tariff 1; Holley meters print their total here' },
  reactiveEnergyReturned2:     { obis: ['1-0:4.8.2'], ...KVARH, countries: ['LT', 'AT'], about: 'reactive energy returned (Q-), tariff 2' },
  reactiveEnergyReturned3:     { obis: ['1-0:4.8.3'], ...KVARH, countries: ['LT'], about: 'reactive energy returned (Q-), tariff 3' },
  reactiveEnergyReturned4:     { obis: ['1-0:4.8.4'], ...KVARH, countries: ['LT'], about: 'reactive energy returned (Q-), tariff 4' },

  reactiveEnergyQ1:            { obis: ['1-0:5.8.0'], ...KVARH, countries: ['HU'], about: 'reactive energy, quadrant 1' },
  reactiveEnergyQ2:            { obis: ['1-0:6.8.0'], ...KVARH, countries: ['HU'], about: 'reactive energy, quadrant 2' },
  reactiveEnergyQ3:            { obis: ['1-0:7.8.0'], ...KVARH, countries: ['HU'], about: 'reactive energy, quadrant 3' },
  reactiveEnergyQ4:            { obis: ['1-0:8.8.0'], ...KVARH, countries: ['HU'], about: 'reactive energy, quadrant 4' },
} as const satisfies Readonly<Record<string, Field>>;

import { H1, type Field } from '../field.ts';

const KW = { kind: 'quantity', unit: 'kW' } as const;
const KVAR = { kind: 'quantity', unit: 'kvar' } as const;
const KVA = { kind: 'quantity', unit: 'kVA' } as const;

/**
 * What flows in all phases together: now, on average, and the power factor. The maximum model of Lithuania has no 1.7.0: there
 * the power is the sum of its phases.
 */
// prettier-ignore
export const POWER = {
  powerDelivered:                    { obis: ['1-0:1.7.0', '1-0:1.7.255'], ...KW, countries: ['NL', 'BE', 'LU', ...H1, 'LT', 'HU', 'CH', 'AT', 'DE', 'IL'], about: 'power delivered now' },
  powerReturned:                     { obis: ['1-0:2.7.0'], ...KW, countries: ['NL', 'BE', 'LU', ...H1, 'LT', 'HU', 'CH', 'AT', 'IL'], about: 'power returned now' },
  powerDeliveredPlusReturned:        { obis: ['1-0:15.7.0'], ...KW, countries: ['LT'], about: 'power delivered and power returned now, added up' },
  reactivePowerDelivered:            { obis: ['1-0:3.7.0'], ...KVAR, countries: ['LU', ...H1, 'LT', 'AT'], about: 'reactive power delivered now (Q+)' },
  reactivePowerReturned:             { obis: ['1-0:4.7.0'], ...KVAR, countries: ['LU', ...H1, 'LT', 'AT'], about: 'reactive power returned now (Q-)' },
  reactivePowerQ1:                   { obis: ['1-0:5.7.0'], ...KVAR, countries: ['HU'], about: 'reactive power now, quadrant 1' },
  reactivePowerQ2:                   { obis: ['1-0:6.7.0'], ...KVAR, countries: ['HU'], about: 'reactive power now, quadrant 2' },
  reactivePowerQ3:                   { obis: ['1-0:7.7.0'], ...KVAR, countries: ['HU'], about: 'reactive power now, quadrant 3' },
  reactivePowerQ4:                   { obis: ['1-0:8.7.0'], ...KVAR, countries: ['HU'], about: 'reactive power now, quadrant 4' },
  apparentPowerDelivered:            { obis: ['1-0:9.7.0'], ...KVA, countries: ['LU', 'LT'], about: 'apparent power delivered now' },
  apparentPowerReturned:             { obis: ['1-0:10.7.0'], ...KVA, countries: ['LU', 'LT'], about: 'apparent power returned now' },

  averagePowerDelivered:             { obis: ['1-0:1.24.0'], ...KW, countries: ['LT'], about: 'average power delivered in the last averaging period' },
  averagePowerDeliveredPlusReturned: { obis: ['1-0:15.24.0'], ...KW, countries: ['LT'], about: 'average power, delivered and returned added up' },
  averagePowerNet:                   { obis: ['1-0:16.24.0'], ...KW, countries: ['LT'], about: 'average power delivered less returned, with a sign' },
  averagingPeriod:                   { obis: ['1-0:0.8.2'], kind: 'quantity', unit: 's', countries: ['LT'], about: 'length of the averaging period' },

  powerFactor:                       { obis: ['1-0:13.7.0'], kind: 'quantity',             countries: ['LT', 'HU'], about: 'power factor now, with a sign' },
  powerFactorMinimum:                { obis: ['1-0:13.3.0'], kind: 'quantity',             countries: ['LT'],       about: 'lowest power factor' },
  frequency:                         { obis: ['1-0:14.7.0'], kind: 'quantity', unit: 'Hz', countries: ['LT', 'HU'], about: 'frequency of the grid' },
  current:                           { obis: ['1-0:11.7.0'], kind: 'quantity', unit: 'A',  countries: ['LT'],       about: 'current in any phase' },
  currentSum:                        { obis: ['1-0:90.7.0'], kind: 'quantity', unit: 'A',  countries: ['LT'],       about: 'current, sum of the phases' },
  currentNeutral:                    { obis: ['1-0:91.7.0'], kind: 'quantity', unit: 'A',  countries: ['LT'],       about: 'current in the neutral wire' },
  voltage:                           { obis: ['1-0:12.7.0'], kind: 'quantity', unit: 'V',  countries: ['LT'],       about: 'voltage in any phase' },
} as const satisfies Readonly<Record<string, Field>>;

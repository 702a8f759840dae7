import { H1, type Field } from '../field.ts';

const KW = { kind: 'quantity', unit: 'kW' } as const;
const KVAR = { kind: 'quantity', unit: 'kvar' } as const;
const KVA = { kind: 'quantity', unit: 'kVA' } as const;
const VOLT = { kind: 'quantity', unit: 'V' } as const;
const AMPERE = { kind: 'quantity', unit: 'A' } as const;

/**
 * What flows in each phase now. A meter of one phase leaves the other two out, or prints zeros.
 * German meters print `.255` for the tariff in some of their references.
 */
// prettier-ignore
export const PHASES = {
  powerDeliveredL1:         { obis: ['1-0:21.7.0', '1-0:21.7.255'], ...KW, countries: ['NL', 'BE', 'LU', ...H1, 'LT', 'DE'], about: 'power delivered now, phase 1' },
  powerDeliveredL2:         { obis: ['1-0:41.7.0', '1-0:41.7.255'], ...KW, countries: ['NL', 'BE', 'LU', ...H1, 'LT', 'DE'], about: 'power delivered now, phase 2' },
  powerDeliveredL3:         { obis: ['1-0:61.7.0', '1-0:61.7.255'], ...KW, countries: ['NL', 'BE', 'LU', ...H1, 'LT', 'DE'], about: 'power delivered now, phase 3' },

  powerReturnedL1:          { obis: ['1-0:22.7.0'], ...KW, countries: ['NL', 'BE', 'LU', ...H1, 'LT'], about: 'power returned now, phase 1' },
  powerReturnedL2:          { obis: ['1-0:42.7.0'], ...KW, countries: ['NL', 'BE', 'LU', ...H1, 'LT'], about: 'power returned now, phase 2' },
  powerReturnedL3:          { obis: ['1-0:62.7.0'], ...KW, countries: ['NL', 'BE', 'LU', ...H1, 'LT'], about: 'power returned now, phase 3' },

  reactivePowerDeliveredL1: { obis: ['1-0:23.7.0'], ...KVAR, countries: ['LU', ...H1, 'LT'], about: 'reactive power delivered now (Q+), phase 1' },
  reactivePowerDeliveredL2: { obis: ['1-0:43.7.0'], ...KVAR, countries: ['LU', ...H1, 'LT'], about: 'reactive power delivered now (Q+), phase 2' },
  reactivePowerDeliveredL3: { obis: ['1-0:63.7.0'], ...KVAR, countries: ['LU', ...H1, 'LT'], about: 'reactive power delivered now (Q+), phase 3' },
  reactivePowerReturnedL1:  { obis: ['1-0:24.7.0'], ...KVAR, countries: ['LU', ...H1, 'LT'], about: 'reactive power returned now (Q-), phase 1' },
  reactivePowerReturnedL2:  { obis: ['1-0:44.7.0'], ...KVAR, countries: ['LU', ...H1, 'LT'], about: 'reactive power returned now (Q-), phase 2' },
  reactivePowerReturnedL3:  { obis: ['1-0:64.7.0'], ...KVAR, countries: ['LU', ...H1, 'LT'], about: 'reactive power returned now (Q-), phase 3' },

  apparentPowerDeliveredL1: { obis: ['1-0:29.7.0'], ...KVA, countries: ['LT'], about: 'apparent power delivered now, phase 1' },
  apparentPowerDeliveredL2: { obis: ['1-0:49.7.0'], ...KVA, countries: ['LT'], about: 'apparent power delivered now, phase 2' },
  apparentPowerDeliveredL3: { obis: ['1-0:69.7.0'], ...KVA, countries: ['LT'], about: 'apparent power delivered now, phase 3' },
  apparentPowerReturnedL1:  { obis: ['1-0:30.7.0'], ...KVA, countries: ['LT'], about: 'apparent power returned now, phase 1' },
  apparentPowerReturnedL2:  { obis: ['1-0:50.7.0'], ...KVA, countries: ['LT'], about: 'apparent power returned now, phase 2' },
  apparentPowerReturnedL3:  { obis: ['1-0:70.7.0'], ...KVA, countries: ['LT'], about: 'apparent power returned now, phase 3' },

  voltageL1:                { obis: ['1-0:32.7.0'],  ...VOLT, countries: ['NL', 'BE', 'LU', ...H1, 'LT', 'HU', 'CH', 'DE', 'IL'], about: 'voltage, phase 1' },
  voltageL2:                { obis: ['1-0:52.7.0'],  ...VOLT, countries: ['NL', 'BE', 'LU', ...H1, 'LT', 'HU', 'CH', 'DE', 'IL'], about: 'voltage, phase 2' },
  voltageL3:                { obis: ['1-0:72.7.0'],  ...VOLT, countries: ['NL', 'BE', 'LU', ...H1, 'LT', 'HU', 'CH', 'DE', 'IL'], about: 'voltage, phase 3' },
  averageVoltageL1:         { obis: ['1-0:32.24.0'], ...VOLT, countries: ['LT'], about: 'average voltage in the last averaging period, phase 1' },
  averageVoltageL2:         { obis: ['1-0:52.24.0'], ...VOLT, countries: ['LT'], about: 'average voltage in the last averaging period, phase 2' },
  averageVoltageL3:         { obis: ['1-0:72.24.0'], ...VOLT, countries: ['LT'], about: 'average voltage in the last averaging period, phase 3' },

  currentL1:                { obis: ['1-0:31.7.0'], ...AMPERE, countries: ['NL', 'BE', 'LU', ...H1, 'LT', 'HU', 'CH', 'DE', 'IL'], about: 'current, without a sign, phase 1' },
  currentL2:                { obis: ['1-0:51.7.0'], ...AMPERE, countries: ['NL', 'BE', 'LU', ...H1, 'LT', 'HU', 'CH', 'DE', 'IL'], about: 'current, without a sign, phase 2' },
  currentL3:                { obis: ['1-0:71.7.0'], ...AMPERE, countries: ['NL', 'BE', 'LU', ...H1, 'LT', 'HU', 'CH', 'DE', 'IL'], about: 'current, without a sign, phase 3' },

  powerFactorL1:            { obis: ['1-0:33.7.0'], kind: 'quantity', countries: ['LT', 'HU'], about: 'power factor now, with a sign, phase 1' },
  powerFactorL2:            { obis: ['1-0:53.7.0'], kind: 'quantity', countries: ['LT', 'HU'], about: 'power factor now, with a sign, phase 2' },
  powerFactorL3:            { obis: ['1-0:73.7.0'], kind: 'quantity', countries: ['LT', 'HU'], about: 'power factor now, with a sign, phase 3' },
} as const satisfies Readonly<Record<string, Field>>;

import type { Field } from '../field.ts';

const KW = { kind: 'quantity', unit: 'kW' } as const;
const KVAR = { kind: 'quantity', unit: 'kvar' } as const;
const KVA = { kind: 'quantity', unit: 'kVA' } as const;

/**
 * Demand: average power over a period, a quarter of an hour in Belgium, where it is paid for by the highest of each month.
 * `0-0:98.1.0` has three forms, told apart by their first value: peaks (Belgium), registers (Hungary), a bare number (Switzerland).
 * Sources beside those of the whole table: Fluvius e-MUCS P1 1.7.1 and 2.1.1; the Hungarian form is from field telegrams.
 */
// prettier-ignore
export const PEAKS = {
  demandDelivered:         { obis: ['1-0:1.4.0'], ...KW, countries: ['BE', 'LT', 'CH'], about: 'average power delivered in the running period; begins at 0 with each' },
  demandReturned:          { obis: ['1-0:2.4.0'], ...KW, countries: ['LT'], about: 'average power returned in the running period' },
  reactiveDemandDelivered: { obis: ['1-0:3.4.0'], ...KVAR, countries: ['LT'], about: 'average reactive power delivered (Q+) in the running period' },
  reactiveDemandReturned:  { obis: ['1-0:4.4.0'], ...KVAR, countries: ['LT'], about: 'average reactive power returned (Q-) in the running period' },
  apparentDemandDelivered: { obis: ['1-0:9.4.0'], ...KVA, countries: ['LT'], about: 'average apparent power delivered in the running period' },
  apparentDemandReturned:  { obis: ['1-0:10.4.0'], ...KVA, countries: ['LT'], about: 'average apparent power returned in the running period' },

  peakDelivered:           { obis: ['1-0:1.6.0', '1-1:1.6.0'], kind: 'peak', countries: ['BE', 'CH'], about: 'highest quarter-hour of the running month, and when it ended' },
  monthPeaks:              { obis: ['0-0:98.1.0'], kind: 'monthPeaks', countries: ['BE'], about: 'highest quarter-hour of each of the last months, oldest first' },
  billing:                 { obis: ['0-0:98.1.0'], kind: 'billing', countries: ['HU'], about: 'registers and peaks at the end of the last months, oldest first' },
  historyNumber:           { obis: ['0-0:98.1.0'], kind: 'count', countries: ['CH'], about: 'a bare number in the place of the history; what it counts is not documented' },
} as const satisfies Readonly<Record<string, Field>>;

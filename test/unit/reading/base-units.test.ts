import { expect, test } from 'vitest';
import { toBaseUnits } from '../../../src/reading/base-units.ts';

test.each([
  ['671.578', 'kWh', 671_578, 'Wh'],
  ['1.005', 'kWh', 1005, 'Wh'],
  ['1219.311383', 'kWh', 1_219_311, 'Wh'],
  ['999999.999', 'kWh', 999_999_999, 'Wh'],
  ['1.19', 'kW', 1190, 'W'],
  ['-0.024', 'kW', -24, 'W'],
  ['-0.0009', 'kW', 0, 'W'],
  ['0.309', 'kvar', 309, 'var'],
  ['63.781', 'kvarh', 63_781, 'varh'],
  ['69.0', 'kVA', 69_000, 'VA'],
  ['12785.123', 'm3', 12_785_123, 'dm3'],
  ['240.860', 'GJ', 240_860, 'MJ'],
  ['220.1', 'V', 220_100, 'mV'],
  ['3.27', 'A', 3270, 'mA'],
  ['50.00', 'Hz', 50_000, 'mHz'],
  ['900', 's', 900, 's'],
])('%s %s are %i %s', (value, unit, whole, base) => {
  expect(toBaseUnits({ value, unit })).toEqual({ value: whole, unit: base });
});

test.each([
  ['1', undefined],
  ['1', 'apples'],
  ['1', 'toString'],
  ['99999999999999999999.123', 'kWh'],
])('%s %s have none', (value, unit) => {
  expect(toBaseUnits({ value, unit })).toBeUndefined();
});

import { describe, expect, test } from 'vitest';
import { addDecimals, cutDecimals, roundDecimals, shiftPoint } from '../../../src/reading/decimals.ts';
import { localTime, standardOffsetMinutes } from '../../../src/reading/local-time.ts';

describe('shiftPoint', () => {
  test.each<[string, number, string]>([
    ['1219311.383', -3, '1219.311383'],
    ['7', -3, '0.007'],
    ['1005', -3, '1.005'],
    ['0', -3, '0.000'],
    ['-42', -3, '-0.042'],
    ['1.005', 3, '1005'],
    ['1.5', 3, '1500'],
    ['1.23456', 3, '1234.56'],
    ['12', 0, '12'],
  ])('%s by %i is %s', (digits, places, expected) => {
    expect(shiftPoint(digits, places)).toBe(expected);
  });
});

describe('addDecimals', () => {
  test.each<[string, string, string]>([
    ['0.1', '0.2', '0.3'],
    ['232.998', '9.963', '242.961'],
    ['1.5', '0.0005', '1.5005'],
    ['999999.999', '0.001', '1000000.000'],
    ['007', '+1', '8'],
    ['-1.5', '0.25', '-1.25'],
    ['9007199254740993', '0.001', '9007199254740993.001'],
  ])('%s and %s is %s', (one, other, sum) => {
    expect(addDecimals(one, other)).toBe(sum);
  });
});

describe('cutDecimals', () => {
  test.each<[string, number, string]>([
    ['1073.079', 3, '1073.079'],
    ['1.9999', 3, '1.999'],
    ['1.19', 3, '1.19'],
    ['230.15', 1, '230.1'],
    ['003.27', 0, '3'],
    ['-0.5', 0, '-0'],
    ['5', 3, '5'],
  ])('%s to %i is %s', (digits, decimals, expected) => {
    expect(cutDecimals(digits, decimals)).toBe(expected);
  });
});

describe('roundDecimals', () => {
  test.each<[string, number, string]>([
    ['671.578', 3, '671.578'],
    ['671.5', 3, '671.500'],
    ['0', 3, '0.000'],
    ['000671.578', 3, '671.578'],
    ['1.0004', 3, '1.000'],
    ['1.0006', 3, '1.001'],
    ['1.0005', 3, '1.000'],
    ['1.0015', 3, '1.002'],
    ['1.00050001', 3, '1.001'],
    ['0.9999', 3, '1.000'],
    ['-0.0001', 3, '0.000'],
    ['-1.0015', 3, '-1.002'],
  ])('%s to %i is %s', (digits, decimals, expected) => {
    expect(roundDecimals(digits, decimals)).toBe(expected);
  });
});

describe('localTime', () => {
  test.each<[string, string, string]>([
    ['2026-01-15T11:00:01.999Z', 'Europe/Amsterdam', '2026-01-15T12:00:01+01:00'],
    ['2026-07-01T12:00:00Z', 'Europe/Amsterdam', '2026-07-01T14:00:00+02:00'],
    ['2025-10-26T00:30:00Z', 'Europe/Amsterdam', '2025-10-26T02:30:00+02:00'],
    ['2025-10-26T01:30:00Z', 'Europe/Amsterdam', '2025-10-26T02:30:00+01:00'],
    ['2026-07-01T12:00:00Z', 'Europe/Vilnius', '2026-07-01T15:00:00+03:00'],
    ['2026-01-01T00:00:00Z', 'America/St_Johns', '2025-12-31T20:30:00-03:30'],
    ['2026-01-01T00:00:00Z', 'UTC', '2026-01-01T00:00:00+00:00'],
  ])('%s in %s is %s', (instant, timeZone, expected) => {
    expect(localTime(new Date(instant), timeZone)).toBe(expected);
  });
});

test.each([
  ['Europe/Amsterdam', 60],
  ['Europe/Vilnius', 120],
  ['Europe/Stockholm', 60],
  ['UTC', 0],
])('the standard time of %s is %i minutes ahead', (timeZone, minutes) => {
  expect(standardOffsetMinutes(timeZone)).toBe(minutes);
});

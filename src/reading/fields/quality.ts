import type { Field } from '../field.ts';

/**
 * Failures of the grid, and voltage that is too low (sags) or too high (swells). How low and how long is the operator's to set:
 * below 207 V or above 253 V for 30 s in the Netherlands, for 120 s in Lithuania.
 * The Luxembourg table prints `0-0:` for sags and swells, its example `1-0:`.
 */
// prettier-ignore
export const QUALITY = {
  powerFailures:     { obis: ['0-0:96.7.21'], kind: 'count',    countries: ['NL', 'LU', 'LT', 'CH'], about: 'power failures in any phase' },
  longPowerFailures: { obis: ['0-0:96.7.9'],  kind: 'count',    countries: ['NL', 'CH'],             about: 'long power failures in any phase' },
  powerFailureLog:   { obis: ['1-0:99.97.0'], kind: 'failures', countries: ['NL', 'CH'],             about: 'the last long power failures, oldest first' },

  voltageSagsL1:     { obis: ['1-0:32.32.0', '0-0:32.32.0'], kind: 'count', countries: ['NL', 'LU', 'LT', 'CH'], about: 'voltage sags, phase 1' },
  voltageSagsL2:     { obis: ['1-0:52.32.0', '0-0:52.32.0'], kind: 'count', countries: ['NL', 'LU', 'LT', 'CH'], about: 'voltage sags, phase 2' },
  voltageSagsL3:     { obis: ['1-0:72.32.0', '0-0:72.32.0'], kind: 'count', countries: ['NL', 'LU', 'LT', 'CH'], about: 'voltage sags, phase 3' },
  voltageSwellsL1:   { obis: ['1-0:32.36.0', '0-0:32.36.0'], kind: 'count', countries: ['NL', 'LU', 'LT', 'CH'], about: 'voltage swells, phase 1' },
  voltageSwellsL2:   { obis: ['1-0:52.36.0', '0-0:52.36.0'], kind: 'count', countries: ['NL', 'LU', 'LT', 'CH'], about: 'voltage swells, phase 2' },
  voltageSwellsL3:   { obis: ['1-0:72.36.0', '0-0:72.36.0'], kind: 'count', countries: ['NL', 'LU', 'LT', 'CH'], about: 'voltage swells, phase 3' },

  sagDurationL1:     { obis: ['1-0:32.33.0'], kind: 'quantity', unit: 's', countries: ['LT'], about: 'how long the last sag took, phase 1' },
  sagDurationL2:     { obis: ['1-0:52.33.0'], kind: 'quantity', unit: 's', countries: ['LT'], about: 'how long the last sag took, phase 2' },
  sagDurationL3:     { obis: ['1-0:72.33.0'], kind: 'quantity', unit: 's', countries: ['LT'], about: 'how long the last sag took, phase 3' },
  sagVoltageL1:      { obis: ['1-0:32.34.0'], kind: 'quantity', unit: 'V', countries: ['LT'], about: 'voltage of the last sag, phase 1' },
  sagVoltageL2:      { obis: ['1-0:52.34.0'], kind: 'quantity', unit: 'V', countries: ['LT'], about: 'voltage of the last sag, phase 2' },
  sagVoltageL3:      { obis: ['1-0:72.34.0'], kind: 'quantity', unit: 'V', countries: ['LT'], about: 'voltage of the last sag, phase 3' },
  swellDurationL1:   { obis: ['1-0:32.37.0'], kind: 'quantity', unit: 's', countries: ['LT'], about: 'how long the last swell took, phase 1' },
  swellDurationL2:   { obis: ['1-0:52.37.0'], kind: 'quantity', unit: 's', countries: ['LT'], about: 'how long the last swell took, phase 2' },
  swellDurationL3:   { obis: ['1-0:72.37.0'], kind: 'quantity', unit: 's', countries: ['LT'], about: 'how long the last swell took, phase 3' },
  swellVoltageL1:    { obis: ['1-0:32.38.0'], kind: 'quantity', unit: 'V', countries: ['LT'], about: 'voltage of the last swell, phase 1' },
  swellVoltageL2:    { obis: ['1-0:52.38.0'], kind: 'quantity', unit: 'V', countries: ['LT'], about: 'voltage of the last swell, phase 2' },
  swellVoltageL3:    { obis: ['1-0:72.38.0'], kind: 'quantity', unit: 'V', countries: ['LT'], about: 'voltage of the last swell, phase 3' },
} as const satisfies Readonly<Record<string, Field>>;

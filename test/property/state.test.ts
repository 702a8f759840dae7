import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stateReader } from '../../src/reading/state-reader.ts';
import { stateRows } from '../../src/reading/state-rows.ts';
import { meterState } from '../../src/reading/state.ts';
import { namedDevices } from '../../src/reading/state-devices.ts';
import { gasMeter } from '../../src/reading/gas-meter.ts';
import { METER_FIELDS, MBUS_FIELDS } from '../../src/reading/fields.ts';
import { parseReading } from '../../src/reading/reading.ts';
import { buildTelegram } from '../support/telegrams.ts';

const ROWS = new Map(stateRows().map((row) => [row.name, row]));
const REFERENCES = [...Object.values(METER_FIELDS), ...Object.values(MBUS_FIELDS)].flatMap(({ obis }) => obis);

const value = fc.oneof(
  fc
    .tuple(
      fc.integer({ min: -9_999_999, max: 9_999_999 }),
      fc.integer({ min: 0, max: 4 }),
      fc.constantFrom('kWh', 'kW', 'W', 'V', 'A', 'm3', 'GJ', 'kvarh', 'Hz', 's', ''),
    )
    .map(([digits, decimals, unit]) => `${(digits / 10 ** decimals).toFixed(decimals)}${unit && `*${unit}`}`),
  fc.constantFrom('0001', '', '260701120000S', '999.9*kW', '9999', 'T1', '003', '007', '004', 'FFFF'),
);
const object = fc
  .tuple(
    fc.constantFrom(...REFERENCES),
    fc.constantFrom('1', '2', '3', '4'),
    fc.array(value, { minLength: 1, maxLength: 3 }),
  )
  .map(([obis, channel, values]) => `${obis.replace('n', channel)}${values.map((one) => `(${one})`).join('')}`);
const telegram = fc
  .array(object, { maxLength: 40 })
  .map((objects) => ({ raw: buildTelegram('/ISK5', objects), receivedAt: new Date('2026-07-01T12:00:00Z') }));

test('whatever a meter prints: known names, numbers that are numbers, registers that are not below zero', () => {
  fc.assert(
    fc.property(telegram, (one) => {
      const { state } = stateReader('Europe/Amsterdam')({ ...one, source: 'm', checksum: 'valid' });
      for (const [name, said] of Object.entries(state)) {
        const row = ROWS.get(name);
        expect(row).toBeDefined();
        if (row?.kind === 'time') expect(Date.parse(String(said))).not.toBeNaN();
        else expect(Number.isFinite(said)).toBe(true);
        if (row?.kind === 'register') expect(said).toBeGreaterThanOrEqual(0);
        if (row?.isWhole) expect(Number.isInteger(said)).toBe(true);
        // No noise of floats: never more than the thousandths that are kept.
        if (row?.unit !== undefined) expect(String(said)).toMatch(/^-?\d+(\.\d{1,3})?$/);
      }
    }),
  );
});

test('who reads telegrams one behind the other says what who reads each by itself says', () => {
  fc.assert(
    fc.property(fc.array(telegram, { minLength: 1, maxLength: 4 }), (telegrams) => {
      for (const one of telegrams) {
        const read = stateReader('Europe/Amsterdam');
        const full = { ...one, source: 'm', checksum: 'valid' } as const;
        const reading = parseReading(one);
        const gas = gasMeter(reading, { receivedAt: one.receivedAt });
        const alone = meterState(reading, namedDevices(reading, { gas, receivedAt: one.receivedAt }));
        expect(read(full).state).toEqual(alone);
        expect(read(full).state).toEqual(alone);
      }
    }),
  );
});

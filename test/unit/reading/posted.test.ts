import { expect, test } from 'vitest';
import { readingBody } from '../../../src/endpoints/dsmr-v2.ts';
import { gasMeter } from '../../../src/reading/gas-meter.ts';
import { isPosted, printPosted } from '../../../src/reading/posted.ts';
import { Reader } from '../../../src/reading/reader.ts';
import { parseReading } from '../../../src/reading/reading.ts';
import { meterTime } from '../../../src/reading/time.ts';

const receivedAt = new Date('2026-07-01T12:00:05Z');
const POSTED = {
  timestamp: '2026-07-01T14:00:00+02:00',
  electricity_delivered_1: '671.578',
  electricity_returned_1: '0.000',
  electricity_delivered_2: '842.472',
  electricity_returned_2: '1.500',
  electricity_currently_delivered: '0.333',
  electricity_currently_returned: '0.000',
  phase_voltage_l1: '230.1',
  phase_power_current_l1: 1,
  extra_device_timestamp: '2026-07-01T13:55:00+02:00',
  extra_device_delivered: '473.789',
};
const raw = printPosted(POSTED);

test('a reading that was posted by its values has our names for them, its own time, and gas', () => {
  const reading = parseReading({ raw, receivedAt });
  expect(reading.meter).toEqual({
    time: '2026-07-01T14:00:00+02:00',
    energyDelivered1: { value: '671.578', unit: 'kWh' },
    energyReturned1: { value: '0.000', unit: 'kWh' },
    energyDelivered2: { value: '842.472', unit: 'kWh' },
    energyReturned2: { value: '1.500', unit: 'kWh' },
    powerDelivered: { value: '0.333', unit: 'kW' },
    powerReturned: { value: '0.000', unit: 'kW' },
    voltageL1: { value: '230.1', unit: 'V' },
    currentL1: { value: '1', unit: 'A' },
  });
  expect(gasMeter(reading)).toMatchObject({ time: '2026-07-01T13:55:00+02:00', value: '473.789', unit: 'm3' });
  expect(meterTime(raw)).toEqual(new Date('2026-07-01T12:00:00Z'));
  expect(new Reader().read({ raw, receivedAt })).toEqual(reading);
});

test('API v2 is sent the values as they were posted', () => {
  expect(JSON.parse(readingBody('Europe/Amsterdam')({ source: 'esp', receivedAt, raw, checksum: 'absent' }))).toEqual(
    POSTED,
  );
});

test('damaged, it says nothing, and a telegram is none', () => {
  const damaged = raw.subarray(0, 40);
  expect(parseReading({ raw: damaged, receivedAt })).toEqual({ meter: {}, mbus: {}, unread: [] });
  expect(meterTime(damaged)).toBeUndefined();
  expect([isPosted(damaged), isPosted(Buffer.from('/KFM5KAIFA-METER\r\n')), isPosted(Buffer.alloc(0))]).toEqual([
    ...[true, false, false],
  ]);
});

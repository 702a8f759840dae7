import { expect, test } from 'vitest';
import type { MeterValues } from '../../../src/reading/fields.ts';
import { gasMeter } from '../../../src/reading/gas-meter.ts';
import { parseReading, type Reading } from '../../../src/reading/reading.ts';
import { fixture, manifest } from '../../support/telegrams.ts';

const EXPECTED = manifest('EXPECTED.tsv');
const receivedAt = new Date('2026-02-01T12:00:00Z');

const read = (file: string): Reading =>
  parseReading({ raw: fixture(file), receivedAt }, { standardOffset: file.includes('lt-eso') ? 120 : 60 });

/** A reading in the columns of the table. */
function toRow({ meter, ...reading }: Reading): Record<string, string> {
  const gas = gasMeter({ meter, ...reading });
  return {
    version: meter.version ?? meter.emucsVersion ?? '-',
    clock: meter.time === null ? 'void' : (meter.time ?? '-'),
    delivered: registers(meter, 'energyDelivered'),
    returned: registers(meter, 'energyReturned'),
    power: `${inUnit('kW', meter.powerDelivered)} ${inUnit('kW', meter.powerReturned)}`,
    tariff: String(meter.tariff ?? '-'),
    gas: gas === undefined ? '-' : `${gas.channel} ${gas.value} ${gas.unit} ${gas.time}`,
    peaks: String(meter.monthPeaks?.length ?? '-'),
    failures: String(meter.powerFailureLog?.length ?? '-'),
  };
}

function registers(meter: MeterValues, name: 'energyDelivered' | 'energyReturned'): string {
  const tariffs = {
    0: meter[name],
    1: meter[`${name}1`],
    2: meter[`${name}2`],
    3: meter[`${name}3`],
    4: meter[`${name}4`],
  };
  const there = Object.entries(tariffs).filter(([, register]) => register !== undefined);
  return there.map(([tariff, register]) => `${tariff}=${inUnit('kWh', register)}`).join(' ') || '-';
}

function inUnit(unit: string, quantity: MeterValues['powerDelivered']): string {
  expect([unit, undefined]).toContain(quantity?.unit);
  return quantity?.value ?? '-';
}

test.each(EXPECTED)('$file says what can be read in it', ({ file = '', ...expected }) => {
  expect(toRow(read(file))).toEqual(expected);
});

test('every text of the manifests has its row', () => {
  const named = [
    ...manifest('MANIFEST.tsv').map(({ file = '' }) => file),
    ...manifest('field/MANIFEST.tsv').map(({ file = '' }) => `field/${file}`),
  ];
  expect(EXPECTED.map(({ file }) => file).sort()).toEqual(named.filter((file) => file.endsWith('.txt')).sort());
});

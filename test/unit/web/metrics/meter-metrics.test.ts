import { expect, test } from 'vitest';
import { parseReading } from '../../../../src/reading/reading.ts';
import { meterMetrics } from '../../../../src/web/metrics/meter-metrics.ts';
import { buildTelegram, fixture } from '../../../support/telegrams.ts';

/** The samples of a name, as labels in their order and value. */
function samplesOf(raw: Buffer, name: string, receivedAt = new Date('2023-11-02T12:22:00+01:00')) {
  const telegram = { raw, receivedAt };
  const newest = { source: 'home', reading: parseReading(telegram), receivedAt, header: 'FLU5\\253769484_A' };
  const found = meterMetrics([newest]).find((metric) => metric.name === name);
  return found?.samples.map(({ labels, value }) => [Object.values(labels).join(' '), value]);
}

test('a Belgian meter: demand, its peak, gas and water as meters of their own', () => {
  const raw = fixture('field/ndokter__flu5-253769484-a_emucs-50217-2.txt');
  expect(samplesOf(raw, 'p1_electricity_demand_month_peak_watts')).toEqual([['home', 3_064]]);
  expect(samplesOf(raw, 'p1_volume_cubic_meters_total')).toEqual([
    ['home-gas gas', 92.287],
    ['home-water-2 water', 8.579],
  ]);
});

const CLOCK = ['1-3:0.2.8(50)', '0-0:1.0.0(231102122200W)'];

test('two meters for gas are one place for gas: no sample comes twice', () => {
  const gas = (channel: number, value: string): string[] => [
    `0-${channel}:24.1.0(003)`,
    `0-${channel}:24.2.1(231102120000W)(${value}*m3)`,
  ];
  const raw = buildTelegram('/XYZ5', [...CLOCK, ...gas(1, '00001.000'), ...gas(2, '00002.000')]);
  expect(samplesOf(raw, 'p1_volume_cubic_meters_total')).toHaveLength(1);
});

test('heat and cold are joules, each with its own meter', () => {
  const raw = buildTelegram('/XYZ5', [
    ...CLOCK,
    ...['0-1:24.1.0(012)', '0-1:24.2.1(231102120000W)(12.345*GJ)'],
    ...['0-2:24.1.0(010)', '0-2:24.2.1(231102120000W)(00.001*GJ)'],
  ]);
  expect(samplesOf(raw, 'p1_heat_energy_joules_total')).toEqual([
    ['home-heat-1', 12_345_000_000],
    ['home-cold-2', 1_000_000],
  ]);
});

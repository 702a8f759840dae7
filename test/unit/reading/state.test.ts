import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { stateReader } from '../../../src/reading/state-reader.ts';
import { stateRows } from '../../../src/reading/state-rows.ts';
import { namedDevices } from '../../../src/reading/state-devices.ts';
import { meterState, type MeterState } from '../../../src/reading/state.ts';
import { parseReading } from '../../../src/reading/reading.ts';
import { buildTelegram, fixture } from '../../support/telegrams.ts';

const receivedAt = new Date('2026-07-01T12:00:00Z');
const ofBytes = (raw: Buffer): MeterState =>
  stateReader('Europe/Amsterdam')({ raw, receivedAt, source: 'house', checksum: 'valid' }).state;
const ofFile = (file: string): MeterState => ofBytes(fixture(file));
const ofObjects = (...objects: string[]): MeterState => ofBytes(buildTelegram('/ISK5\\2M550T-1012', objects));
const row = (name: string) => stateRows().find((one) => one.name === name);

/** What other programs are promised, by hand: names, quantity, unit, and whether they only grow. */
const PROMISED: readonly (readonly [names: string, kind: string, unit?: string, deviceClass?: string])[] = [
  ['import_t1 import_t2 import_t3 import_t4 import_total', 'register', 'kWh', 'energy'],
  ['export_t1 export_t2 export_t3 export_t4 export_total', 'register', 'kWh', 'energy'],
  ['power power_import power_export power_l1 power_l2 power_l3', 'now', 'W', 'power'],
  ['voltage_l1 voltage_l2 voltage_l3', 'now', 'V', 'voltage'],
  ['current_l1 current_l2 current_l3', 'now', 'A', 'current'],
  ['frequency', 'now', 'Hz', 'frequency'],
  ['gas', 'register', 'm³', 'gas'],
  ['water', 'register', 'm³', 'water'],
  ['heat', 'register', 'GJ', 'energy'],
  ['demand_quarter demand_peak_month', 'now', 'W', 'power'],
  ['tariff', 'mark'],
  ['failures_short failures_long sag_l1 sag_l2 sag_l3 swell_l1 swell_l2 swell_l3', 'register'],
];

const promised = PROMISED.flatMap(([names, kind, unit, deviceClass]) =>
  names.split(' ').map((name) => ({ name, kind, unit, deviceClass })),
);

test.each(promised)('$name is a $kind', ({ name, kind, unit, deviceClass }) => {
  expect(row(name)).toMatchObject({ kind });
  expect(row(name)?.unit).toBe(unit);
  expect(row(name)?.deviceClass).toBe(deviceClass);
});

test('what the grid and the meter do is for a diagnosis', () => {
  const diagnostic = stateRows().filter(({ isDiagnostic }) => isDiagnostic);
  expect(diagnostic.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['failures_short', 'failures_long', 'sag_l1', 'swell_l3', 'gas_time']),
  );
  expect(diagnostic.map(({ name }) => name)).not.toContain('tariff');
});

test('no name changes or goes: whoever has it on a dashboard keeps it', () => {
  const kept = readFileSync(new URL('../../fixtures/state/names.tsv', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
  const now = stateRows().map(({ name, label, kind, unit = '-', deviceClass = '-', point }) =>
    [
      name,
      label,
      kind,
      unit,
      deviceClass,
      ...(point ? [point.measurement, point.tag?.[1] ?? '-', point.field] : []),
    ].join('\t'),
  );
  expect(now).toEqual(kept.slice(1));
  expect(new Set(stateRows().map(({ name }) => name)).size).toBe(now.length);
  expect(stateRows().every(({ name }) => /^[a-z][a-z0-9_]*$/.test(name))).toBe(true);
});

describe('values', () => {
  test('a Dutch meter', () => {
    expect(ofFile('derived/nl-dsmr-5.0.2-recrc.txt')).toMatchObject({
      ...{ import_t1: 123456.789, import_t2: 123456.789, import_total: 246913.578, export_total: 246913.578 },
      ...{ tariff: 2, power: 1193, power_import: 1193, power_export: 0, power_l1: -3333, power_import_l2: 2222 },
      ...{ voltage_l1: 220.1, current_l3: 3, failures_short: 4, failures_long: 2, sag_l1: 2, swell_l2: 3 },
      ...{ gas: 12785.123, gas_time: '2010-12-09T11:25:00+01:00' },
    });
  });

  test('a Belgian one: demand, two media, no limits where all are nines', () => {
    const state = ofFile('derived/be-emucs-2.1.1-3f-recrc.txt');
    expect(state).toMatchObject({
      ...{ import_t1: 0.034, import_t2: 15.758, import_total: 15.792, demand_quarter: 2351, demand_peak_month: 2589 },
      ...{ demand_peak_month_time: '2020-05-09T13:45:58+02:00', gas: 112.384, water: 872.234, nominal_voltage: 400 },
      ...{ water_time: '2020-05-12T13:45:58+02:00', switch_state: 1, relay4_state: 0 },
    });
    expect(state).not.toHaveProperty('limit');
    expect(state).not.toHaveProperty('fuse_limit_l1');
  });

  test('a Swedish one, of totals', () => {
    const state = ofFile('se-aidon-6534.txt');
    expect(state).toMatchObject({
      import_total: 12345678.123,
      export_total: 12345678.123,
      power: 0,
      power_import: 1234123,
    });
    expect(state).toMatchObject({ reactive_energy_import: 12345678.123, reactive_power_export_l3: 1234123 });
    expect(Object.keys(state).filter((name) => /_t\d/.test(name))).toEqual([]);
  });

  test('a Lithuanian one without a power of all phases: what the phases add up to', () => {
    expect(ofFile('lt-eso-maximum-3f.txt')).toMatchObject({ power_l1: -24, power_l2: 0, power: -24, power_factor: -1 });
    expect(ofFile('lt-eso-maximum-3f.txt')).not.toHaveProperty('power_import');
  });

  test('a Hungarian one prints its total, which is not added up', () => {
    const state = ofFile('field/ndokter__sag5sag-meter_p1-no-version-line.txt');
    expect(state).toMatchObject({ import_total: 173.64, export_total: 627.177, power: -2601, frequency: 50 });
    expect(state).toMatchObject({ limit: 90000, fuse_limit_l1: 200, energy_import_plus_export: 800.817 });
  });

  test('heat without electricity', () => {
    expect(ofFile('field/ndokter__nwa-warmtelink_dsmr-5.0.txt')).toMatchObject({
      heat: 240.86,
      heat_time: '2026-02-15T20:05:23+01:00',
    });
  });
});

test('numbers are the printed ones, and sums are exact', () => {
  const state = ofObjects('1-0:1.8.1(000001.005*kWh)', '1-0:1.8.2(000000.100*kWh)', '1-0:1.7.0(00.289*kW)');
  expect(JSON.stringify(state)).toBe(
    '{"import_total":1.105,"import_t1":1.005,"import_t2":0.1,"power_import":289,"power":289}',
  );
});

test('what is finer than a watt is cut off, also where the meter prints watts', () => {
  expect(ofObjects('1-0:1.7.0(0199.53*W)', '1-0:2.7.0(00000.00*W)')).toEqual({
    ...{ power_import: 199, power_export: 0, power: 199 },
  });
});

test('values in a unit that is not theirs are left out, and registers below zero', () => {
  expect(
    ofObjects('1-0:32.7.0(001*A)', '0-0:17.0.0(016*A)', '1-0:13.7.0(0.99*V)', '1-0:1.8.1(-00001.000*kWh)'),
  ).toEqual({});
});

test('of two water meters the second has its channel; one that is dead has no name', () => {
  const device = (channel: number, time: string) => [
    `0-${channel}:24.1.0(007)`,
    `0-${channel}:24.2.1(${time})(0000${channel}.5*m3)`,
  ];
  const dead = device(1, '260601120000S');
  const alive = [...device(2, '260701115500S'), ...device(4, '260701115500S')];
  expect(ofObjects('0-0:1.0.0(260701120000S)', ...dead, ...alive)).toEqual({
    ...{ water: 2.5, water_time: '2026-07-01T11:55:00+02:00', water_4: 4.5, water_4_time: '2026-07-01T11:55:00+02:00' },
  });
});

test('no number of a meter is in it', () => {
  const state = JSON.stringify(ofFile('derived/be-emucs-2.1.1-3f-recrc.txt'));
  for (const id of ['1SAG1', '7FLO2', '8SAG1', '541440']) expect(state).not.toContain(id);
});

test('a reading without a gas meter that was chosen names none', () => {
  const reading = parseReading({ raw: fixture('derived/nl-dsmr-5.0.2-recrc.txt'), receivedAt });
  expect(meterState(reading, namedDevices(reading, {}))).not.toHaveProperty('gas');
});

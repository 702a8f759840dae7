import { describe, expect, test } from 'vitest';
import { devicesOf, type Device } from '../../../src/reading/devices.ts';
import { parseReading } from '../../../src/reading/reading.ts';
import { buildTelegram, fixture } from '../../support/telegrams.ts';

const devices = (raw: Buffer, receivedAt = new Date('2026-02-01T12:00:00Z')): Device[] =>
  devicesOf(parseReading({ raw, receivedAt }), receivedAt);
const device = (...objects: string[]): Device | undefined =>
  devices(buildTelegram('/ISK5', ['0-0:1.0.0(250108120000W)', ...objects]))[0];

describe('the devices of', () => {
  test('the Luxembourg sample: two gas meters, and two places for water', () => {
    expect(devices(fixture('lu-smarty-1.1.3.txt'))).toMatchObject([
      { channel: 1, kind: 'gas', equipmentId: 'FLO189900060355', register: { value: '0.006' }, state: 'live' },
      { channel: 2, kind: 'water', equipmentId: undefined, register: { time: null, value: '0.000' }, state: 'absent' },
      { channel: 3, kind: 'water', equipmentId: undefined, register: { time: null, value: '0.000' }, state: 'absent' },
      { channel: 4, kind: 'gas', equipmentId: 'ELS353589980300', register: { value: '28.103' }, state: 'live' },
    ]);
  });

  test('a Belgian meter: gas as measured, and water', () => {
    expect(devices(fixture('derived/be-emucs-2.1.1-3f-recrc.txt'))).toEqual([
      {
        channel: 1,
        kind: 'gas',
        equipmentId: '7FLO2119033733',
        register: { time: '2020-05-12T13:45:58+02:00', value: '112.384', unit: 'm3' },
        isConverted: false,
        state: 'live',
      },
      {
        channel: 2,
        kind: 'water',
        equipmentId: '8SAG1234567890',
        register: { time: '2020-05-12T13:45:58+02:00', value: '872.234', unit: 'm3' },
        isConverted: undefined,
        state: 'live',
      },
    ]);
  });

  test('a meter with one of each: kWh, m3 and GJ', () => {
    const file = 'field/nielsbasjes__isk5-2mt382-1000_dsmr-5.0.txt';
    const found = devices(fixture(file)).map(({ channel, kind, register }) => [channel, kind, register?.unit]);
    expect(found).toEqual([
      [1, 'electricity', 'kWh'],
      [2, 'gas', 'm3'],
      [3, 'heat', 'GJ'],
      [4, 'cold', 'GJ'],
    ]);
  });

  test('a heat gateway, which has no electricity meter', () => {
    expect(devices(fixture('field/ndokter__nwa-warmtelink_dsmr-5.0.txt'))).toMatchObject([
      { channel: 1, kind: 'heat', register: { value: '240.860', unit: 'GJ' }, isConverted: undefined, state: 'live' },
    ]);
  });

  test('a meter with an old gas meter on channel 1', () => {
    const found = devices(fixture('field/ndokter__isk5-2m550t-1012_dsmr-5.0.txt'));
    expect(found.map(({ channel, state }) => [channel, state])).toEqual([
      [1, 'absent'],
      [2, 'live'],
    ]);
  });
});

test.each([
  [2, 'kWh', 'electricity'],
  [3, 'm3', 'gas'],
  [4, 'GJ', 'heat'],
  [4, 'kWh', 'heat'],
  [12, 'GJ', 'heat'],
  [13, 'GJ', 'heat'],
  [6, 'm3', 'warm water'],
  [21, 'm3', 'warm water'],
  [7, 'm3', 'water'],
  [22, 'm3', 'water'],
  [23, 'm3', 'water'],
  [40, 'm3', 'water'],
  [10, 'GJ', 'cold'],
  [11, 'GJ', 'cold'],
  [15, 'm3', 'other'],
  [3, 'GJ', 'heat'],
  [0, 'MJ', 'heat'],
])('type %i that gives %s is %s', (type, unit, kind) => {
  expect(device(`0-1:24.1.0(${type})`, `0-1:24.2.1(250108110000W)(5*${unit})`)?.kind).toBe(kind);
});

test.each([
  ['0-1:24.2.1(250108110000W)(5*m3)', 'gas'],
  ['0-1:24.2.1(250108110000W)(5*GJ)', 'heat'],
  ['0-1:24.3.1(250108110000)(00)(60)(1)(0-1:24.2.1)(GJ)(5)', 'cold'],
  ['0-1:24.2.1(250108110000W)(5*kWh)', 'other'],
  ['0-1:24.4.0(1)', 'other'],
])('without a type %s is %s', (line, kind) => {
  expect(device(line)?.kind).toBe(kind);
});

test.each([
  ['250108110000W', 'm3', 'live'],
  ['250107120000W', 'm3', 'live'],
  ['250107115959W', 'm3', 'stale'],
  ['250101120000W', 'm3', 'stale'],
  ['250101115959W', 'm3', 'dead'],
  ['260202130000W', 'm3', 'live'],
  ['260202130001W', 'm3', 'ahead'],
  ['632525252525S', 'm3', 'absent'],
  ['700101010000W', 'm3', 'absent'],
])('a register of %s in %s is %s a week into 2025', (stamp, unit, state) => {
  expect(device('0-1:24.1.0(003)', `0-1:24.2.1(${stamp})(00005*${unit})`)?.state).toBe(state);
});

test('a dead channel that prints no unit is absent, and costs no other', () => {
  const dead = ['0-1:24.1.0(003)', '0-1:24.2.1(700101010000W)(00000000)'];
  const live = ['0-2:24.1.0(003)', '0-2:24.2.1(250108110000W)(5*m3)'];
  const found = devices(buildTelegram('/ISK5', ['0-0:1.0.0(250108120000W)', ...dead, ...live]));
  expect(found.map(({ channel, state }) => [channel, state])).toEqual([
    [1, 'absent'],
    [2, 'live'],
  ]);
});

test('of two registers the one that was read counts', () => {
  const lines = ['0-1:24.1.0(003)', '0-1:24.2.1(632525252525S)(00000.000)', '0-1:24.2.3(250108110000W)(5*m3)'];
  expect(device(...lines)).toMatchObject({ register: { value: '5' }, isConverted: false });
});

test('the volume of a Dutch gas meter is converted; of an hourly register it is not known', () => {
  expect(device('0-1:24.1.0(003)', '0-1:24.2.1(250108110000W)(5*m3)')?.isConverted).toBe(true);
  const hourly = '0-1:24.3.0(250108110000)(00)(60)(1)(0-1:24.2.1)(m3)(5)';
  expect(device('0-1:24.1.0(003)', hourly)?.isConverted).toBeUndefined();
});

test('a meter without a clock is seen against the time at which it was read', () => {
  const raw = fixture('derived/synth-dsmr22.txt');
  expect(devices(raw, new Date('2026-01-31T15:00:00Z'))[0]?.state).toBe('live');
  expect(devices(raw, new Date('2026-02-02T15:00:00Z'))[0]?.state).toBe('stale');
  expect(devicesOf(parseReading({ raw, receivedAt: new Date() }))[0]?.state).toBe('live');
});

test('without a time of reception a day beyond the clock of the meter is to come', () => {
  const stateAt = (stamp: string): string | undefined => {
    const lines = ['0-0:1.0.0(250108120000W)', '0-1:24.1.0(003)', `0-1:24.2.1(${stamp})(5*m3)`];
    return devicesOf(parseReading({ raw: buildTelegram('/ISK5', lines), receivedAt: new Date() }))[0]?.state;
  };
  expect(stateAt('250109120000W')).toBe('live');
  expect(stateAt('250109120001W')).toBe('ahead');
});

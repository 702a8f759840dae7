import { expect, test } from 'vitest';
import { parseReading, type Reading } from '../../../src/reading/reading.ts';
import { buildTelegram, fixture } from '../../support/telegrams.ts';

const read = (raw: Buffer): Reading => parseReading({ raw, receivedAt: new Date('2026-02-01T12:00:00Z') });

const kWh = (value: string): object => ({ value, unit: 'kWh' });
const kW = (value: string): object => ({ value, unit: 'kW' });

// From the text of the DSMR 5.0.2 example, by hand.
test('the DSMR 5.0.2 example says what its specification prints', () => {
  expect(read(fixture('derived/nl-dsmr-5.0.2-recrc.txt'))).toEqual({
    meter: {
      version: '50',
      time: '2010-12-09T11:30:20+01:00',
      equipmentId: 'K8EG004046395507',
      energyDelivered1: kWh('123456.789'),
      energyDelivered2: kWh('123456.789'),
      energyReturned1: kWh('123456.789'),
      energyReturned2: kWh('123456.789'),
      tariff: 2,
      powerDelivered: kW('1.193'),
      powerReturned: kW('0.000'),
      powerFailures: 4,
      longPowerFailures: 2,
      powerFailureLog: [
        { start: '2010-12-08T15:05:03+01:00', end: '2010-12-08T15:10:04+01:00', seconds: '301' },
        { start: '2010-12-08T15:20:15+01:00', end: '2010-12-08T15:24:15+01:00', seconds: '240' },
      ],
      voltageSagsL1: 2,
      voltageSagsL2: 1,
      voltageSagsL3: 0,
      voltageSwellsL1: 0,
      voltageSwellsL2: 3,
      voltageSwellsL3: 0,
      message: '0123456789:;<=>?'.repeat(5),
      voltageL1: { value: '220.1', unit: 'V' },
      voltageL2: { value: '220.2', unit: 'V' },
      voltageL3: { value: '220.3', unit: 'V' },
      currentL1: { value: '1', unit: 'A' },
      currentL2: { value: '2', unit: 'A' },
      currentL3: { value: '3', unit: 'A' },
      powerDeliveredL1: kW('1.111'),
      powerDeliveredL2: kW('2.222'),
      powerDeliveredL3: kW('3.333'),
      powerReturnedL1: kW('4.444'),
      powerReturnedL2: kW('5.555'),
      powerReturnedL3: kW('6.666'),
    },
    mbus: {
      1: {
        deviceType: 3,
        equipmentId: '2222ABCD123456789',
        register: { time: '2010-12-09T11:25:00+01:00', value: '12785.123', unit: 'm3' },
      },
    },
    unread: [],
  });
});

// From the text of the DSMR 3.0 example, by hand.
test('the DSMR 3.0 example, which has no clock and gas on two lines, is read whole', () => {
  const { meter, mbus, unread } = read(fixture('nl-dsmr-3.0.txt'));
  expect(meter).toEqual({
    equipmentId: 'K8EG004046395507',
    energyDelivered1: kWh('12345.678'),
    energyDelivered2: kWh('12345.678'),
    energyReturned1: kWh('12345.678'),
    energyReturned2: kWh('12345.678'),
    tariff: 2,
    powerDelivered: kW('1.19'),
    powerReturned: kW('0.00'),
    limit: { value: '16', unit: 'A' },
    switchState: 1,
    messageCode: '012345678',
    message: '0123456789:;<=>?'.repeat(5),
  });
  expect(mbus).toEqual({
    1: {
      deviceType: 3,
      equipmentId: '2222ABCD123456789',
      registerHourly: { time: '2009-02-12T16:00:00+01:00', value: '0.000', unit: 'm3' },
      valveState: 1,
    },
  });
  expect(unread).toEqual([]);
});

test('a Swedish meter has totals, here in kWh although it prints Wh', () => {
  const { meter, unread } = read(fixture('se-aidon-6560.txt'));
  const printed = (value: string, unit: string): object => ({ value, unit });
  expect(meter).toMatchObject({
    time: '2021-07-29T14:09:50+01:00',
    energyDelivered: { ...kWh('1219.311383'), printed: printed('1219311.383', 'Wh') },
    energyReturned: { ...kWh('3.281871'), printed: printed('3281.871', 'Wh') },
    reactiveEnergyReturned: { value: '51.630914', unit: 'kvarh', printed: printed('51630.914', 'VArh') },
    powerDelivered: { ...kW('0.000000'), printed: printed('0.000', 'W') },
    currentRatio: { value: '995', unit: undefined },
    voltageRatio: { value: '0.01', unit: undefined },
  });
  expect(unread).toEqual([]);
});

test('a Luxembourg meter has four channels, two of them empty', () => {
  const { mbus } = read(fixture('lu-smarty-1.1.3.txt'));
  expect(mbus[1]).toEqual({
    deviceType: 3,
    equipmentId: 'FLO189900060355',
    register: { time: '2020-07-06T10:31:40+02:00', value: '0.006', unit: 'm3' },
    valveState: 0,
  });
  expect(mbus[2]).toEqual({ deviceType: 7, register: { time: null, value: '0.000', unit: undefined }, valveState: 1 });
});

test('a Belgian gas meter gives the volume as measured', () => {
  const { mbus } = read(fixture('derived/be-emucs-2.1.1-1f-recrc.txt'));
  expect(mbus[1]).toMatchObject({
    equipmentId: '7FLO2119033733',
    registerUnconverted: { time: '2020-05-12T13:45:58+02:00', value: '112.384', unit: 'm3' },
  });
});

test('what no field claims, or is not of its kind, stays as it was printed', () => {
  const { meter, unread } = read(
    buildTelegram('/ISK5', [
      '1-0:1.8.1(x)',
      '1-0:42.1.0(00.000*kW)',
      '0-0:96.13.0()',
      '0-5:24.1.0(003)',
      '1-0:1.8.2(2)',
    ]),
  );
  expect(meter).toEqual({ energyDelivered2: kWh('2') });
  expect(unread).toEqual([
    { obis: '1-0:1.8.1', groups: ['x'] },
    { obis: '1-0:42.1.0', groups: ['00.000*kW'] },
    { obis: '0-5:24.1.0', groups: ['003'] },
  ]);
});

test('a value behind an empty one is not lost', () => {
  expect(read(buildTelegram('/ISK5', ['0-0:96.13.1()(2)'])).unread).toEqual([
    { obis: '0-0:96.13.1', groups: ['', '2'] },
  ]);
});

test('a reference without a medium is of electricity', () => {
  const lines = ['0.0.0(02720313)', '1.8.0(00012.3*kWh)', '1.7.0*255(00200*W)', '24.2.1(260201110000W)(1*m3)'];
  expect(read(buildTelegram('/ESY5Q3D', lines))).toEqual({
    meter: {
      deviceAddress: '02720313',
      energyDelivered: kWh('12.3'),
      powerDelivered: { value: '0.200', unit: 'kW', printed: { value: '200', unit: 'W' } },
    },
    mbus: {},
    unread: [{ obis: '24.2.1', groups: ['260201110000W', '1*m3'] }],
  });
});

test('an id of digits stays as it is where they stand for no printable text', () => {
  const idOf = (printed: string) => read(buildTelegram('/ISK5', [`0-0:96.1.1(${printed})`])).meter.equipmentId;
  expect(['12345678', '31323334', '1ER23'].map(idOf)).toEqual(['12345678', '1234', '1ER23']);
});

test('an empty log says that there were no failures, but not behind or before one that is not empty', () => {
  const log = '1-0:99.97.0(1)(0-0:96.7.19)(101208152415W)(0000000240*s)';
  const failure = { start: '2010-12-08T15:20:15+01:00', end: '2010-12-08T15:24:15+01:00', seconds: '240' };
  const reading = (...objects: string[]) => read(buildTelegram('/ISK5', objects));
  expect(reading('1-0:99.97.0()')).toMatchObject({ meter: { powerFailureLog: [] }, unread: [] });
  for (const objects of [
    [log, '1-0:99.97.0()'],
    ['1-0:99.97.0()', log],
  ]) {
    expect(reading(...objects)).toMatchObject({ meter: { powerFailureLog: [failure] }, unread: [] });
  }
});

test('of an object that comes twice, the last value counts and the other is unread', () => {
  const { meter, unread } = read(
    buildTelegram('/ISK5', ['1-0:1.8.1(1*kWh)', '1-0:99.1.0(1)', '1-0:1.8.1(2*kWh)', '1-0:1.8.1()']),
  );
  expect(meter).toEqual({ energyDelivered1: kWh('2') });
  expect(unread).toEqual([
    { obis: '1-0:1.8.1', groups: ['1*kWh'] },
    { obis: '1-0:99.1.0', groups: ['1'] },
  ]);
});

test('so it is of two objects of one field, and of each channel by itself', () => {
  const { meter, mbus, unread } = read(
    buildTelegram('/ISK5', [
      '0-0:96.1.1(4B31)',
      '0-0:96.1.0(4B32)',
      '0-1:24.1.0(003)',
      '0-2:24.1.0(007)',
      '0-2:24.1.0(007)',
    ]),
  );
  expect(meter.equipmentId).toBe('K2');
  expect(mbus).toEqual({ 1: { deviceType: 3 }, 2: { deviceType: 7 } });
  expect(unread).toEqual([
    { obis: '0-0:96.1.1', groups: ['4B31'] },
    { obis: '0-2:24.1.0', groups: ['007'] },
  ]);
});

const GAS = '0-1:24.2.1(250101120000W)';
const HOURLY = '0-1:24.3.0(090212160000)(00)(60)';
test.each([
  ['a second number', '1-0:1.8.1(1*kWh)( 2*kWh)()', [' 2*kWh']],
  ['a second text', '0-0:96.1.1(4B31)(4B32)(4B33)', ['4B32', '4B33']],
  ['a second time', '0-0:1.0.0(250101120000W)(250101130000W)', ['250101130000W']],
  ['what stands between a time and its value', `${GAS}(5*m3)(6*m3)`, ['5*m3']],
  ['what stands behind a peak that is printed first', '1-0:1.6.0(5*kW)(250101120000W)(7*kW)', ['7*kW']],
  ['older values of a profile', `${HOURLY}(1)(0-1:24.2.1)(m3)(1.000)(2.000)(3.000)`, ['1.000', '2.000']],
  ['other columns of a profile', `${HOURLY}(2)(0-1:24.2.1)(m3)(0-1:24.2.2)(GJ)(1.000)(2.000)`, ['2.000']],
  ['the time of a power failure that has no duration', '1-0:99.97.0(1)(0-0:96.7.19)(250101120000W)(5*s)(x)', ['x']],
  [
    'half a month',
    '0-0:98.1.0(1)(1-0:1.6.0)(1-0:1.6.0)(250101000000W)(241203120000W)(5*kW)(250201000000W)(250103120000W)',
    ['250201000000W', '250103120000W'],
  ],
  [
    'a month without its end',
    '0-0:98.1.0(2)(1-0:1.6.0)(1-0:1.6.0)(632525252525W)(241203120000W)(05.100*kW)(250201000000W)(250103120000W)(4*kW)',
    ['632525252525W', '241203120000W', '05.100*kW'],
  ],
  [
    'a month whose peak has a time that cannot be read',
    '0-0:98.1.0(2)(1-0:1.6.0)(1-0:1.6.0)(250101000000W)(x)(00.001*kW)(250201000000W)(250103120000W)(4*kW)',
    ['250101000000W', 'x', '00.001*kW'],
  ],
])('%s is unread', (_, line, groups) => {
  const [obis = ''] = line.split('(');
  expect(read(buildTelegram('/ISK5', [line])).unread).toEqual([{ obis, groups }]);
});

test.each([
  `${GAS}(5*m3)`,
  '1-1:31.4.0(100*A)(-063*A)',
  '1-0:99.97.0(0)(0-0:96.7.19)',
  '1-0:99.97.0(0)()',
  '0-0:98.1.0(0)(1-0:1.6.0)(1-0:1.6.0)()',
  '0-0:98.1.0(1)(1-0:1.6.0)(1-0:1.6.0)(230801000000S)(632525252525W)(00.000*kW)',
  '0-0:98.1.0(1)(1-0:1.6.0)(1-0:1.6.0)(632525252525W)(632525252525W)()',
  '0-0:98.1.0(1)(1-0:1.6.0)(1-0:1.6.0)(632525252525W)(632525252525W)(00000)',
  `${HOURLY}(1)(0-1:24.2.1)(m3)(1.000)`,
])('of %s nothing is unread', (line) => {
  expect(read(buildTelegram('/ISK5', [line])).unread).toEqual([]);
});

test('the letter of a stamp means what it does at the site', () => {
  const raw = fixture('lt-eso-extended-3f.txt');
  const { meter } = parseReading({ raw, receivedAt: new Date() }, { standardOffset: 120 });
  expect(meter.time).toBe('2024-02-14T10:18:55+02:00');
});

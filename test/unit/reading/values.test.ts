import { describe, expect, test } from 'vitest';
import { NETHERLANDS } from '../../../src/reading/time.ts';
import { KINDS, type Kind } from '../../../src/reading/values.ts';

/** The groups of a line such as `(1)(2*kWh)`, read as one kind. */
function read(kind: Kind, line: string): unknown {
  const groups = line.slice(1, -1).split(')(');
  return KINDS[kind](groups, { site: NETHERLANDS, receivedAt: new Date('2026-01-31T14:10:00Z') });
}

describe('quantity', () => {
  test.each([
    ['(000671.578*kWh)', '671.578', 'kWh'],
    ['(123456.789*kWh)', '123456.789', 'kWh'],
    ['(00.000*kW)', '0.000', 'kW'],
    ['(0001.19*kW)', '1.19', 'kW'],
    ['(000*A)', '0', 'A'],
    ['(-063*A)', '-63', 'A'],
    ['(-00.024*kW)', '-0.024', 'kW'],
    ['(+1.000)', '1.000', undefined],
    ['(12,5*m3)', '12.5', 'm3'],
    ['( 7.10 * kWh )', '7.10', 'kWh'],
    ['(7*)', '7', undefined],
    ['(7*apples)', '7', 'apples'],
    ['(00000.000*kWh )', '0.000', 'kWh'],
    ['(1*kwh)', '1', 'kWh'],
    ['(1*KVARH)', '1', 'kvarh'],
    ['(1*kVArh)', '1', 'kvarh'],
    ['(1*Kvar)', '1', 'kvar'],
    ['(1*kva)', '1', 'kVA'],
    ['(50.0*HZ)', '50.0', 'Hz'],
    ['(1*m\xb3)', '1', 'm3'],
    ['(1.2kW)', '1.2', 'kW'],
    ['(230,1 V)', '230.1', 'V'],
    ['(5 m3)', '5', 'm3'],
    ['(99999999999999999999.123*kWh)', '99999999999999999999.123', 'kWh'],
  ])('%s is %s %s', (line, value, unit) => {
    expect(read('quantity', line)).toEqual({ value, unit });
  });

  test.each([
    ['(01219311.383*Wh)', '1219.311383', 'kWh', '1219311.383', 'Wh'],
    ['(000003777*Wh)', '3.777', 'kWh', '3777', 'Wh'],
    ['(0000.000*W)', '0.000000', 'kW', '0.000', 'W'],
    ['(-00115*W)', '-0.115', 'kW', '-115', 'W'],
    ['(00016166.083*VArh)', '16.166083', 'kvarh', '16166.083', 'VArh'],
    ['(000000166*var)', '0.166', 'kvar', '166', 'var'],
    ['(5*VA)', '0.005', 'kVA', '5', 'VA'],
    ['(1.5*MWh)', '1500', 'kWh', '1.5', 'MWh'],
    ['(1.005*MW)', '1005', 'kW', '1.005', 'MW'],
    ['(12345*dm3)', '12.345', 'm3', '12345', 'dm3'],
    ['(33221.122*MJ)', '33.221122', 'GJ', '33221.122', 'MJ'],
    ['(115W)', '0.115', 'kW', '115', 'W'],
  ])('%s is %s %s, printed as %s %s', (line, value, unit, printedValue, printedUnit) => {
    expect(read('quantity', line)).toEqual({ value, unit, printed: { value: printedValue, unit: printedUnit } });
  });

  test.each(['(1A2B)', '(12C)', '(1EA43311)', '(101209113020W)', '(632525252525S)', '(1 kWh*kWh)', '(*kWh)'])(
    '%s only looks like one',
    (line) => {
      expect(read('quantity', line)).toBeUndefined();
    },
  );

  test.each(['()', '(x)', '(1.)', '(.5)', '(1.2.3*kWh)', '(0x10*kWh)', '(1e3*kWh)', '(--1*A)', '(1 2*A)'])(
    '%s is none',
    (line) => {
      expect(read('quantity', line)).toBeUndefined();
    },
  );
});

describe('text', () => {
  test.each([
    ['(4B384547303034303436333935353037)', 'K8EG004046395507'],
    ['(303132333435363738)', '012345678'],
    ['(204B41)', ' KA'],
    ['(4142202020)', 'AB'],
    ['(ISK1030792957277)', 'ISK1030792957277'],
    ['(ER23)', 'ER23'],
    ['(0000000000)', '0000000000'],
    ['(414)', '414'],
    ['(FFFF)', 'FFFF'],
    [`(${'\xff'.repeat(1024)})`, ''],
    [`(${'20'.repeat(48)})`, ''],
    ['(caf\xe9)', 'caf\xe9'],
  ])('%s says %s', (line, text) => {
    expect(read('text', line)).toBe(text);
  });
});

test.each([
  ['(0001)', 1],
  ['(0002)', 2],
  ['(5431)', 1],
  ['(5432)', 2],
  ['(high)', undefined],
])('the tariff of %s is %s', (line, tariff) => {
  expect(read('tariff', line)).toBe(tariff);
});

test.each([
  ['(00004)', 4],
  ['(03)', 3],
  ['(1)', 1],
  ['(1.5)', undefined],
  ['(-1)', undefined],
  ['(99999999999999999)', undefined],
])('%s counts %s', (line, count) => {
  expect(read('count', line)).toBe(count);
});

test('a void stamp is null', () => {
  expect(read('time', '(101209113020W)')).toBe('2010-12-09T11:30:20+01:00');
  expect(read('time', '(632525252525W)')).toBeNull();
});

describe('limits', () => {
  const limits = (delivered: string, returned: string): object => ({
    delivered: { value: delivered, unit: 'A' },
    returned: { value: returned, unit: 'A' },
  });

  test.each([
    ['(100*A)(-063*A)', limits('100', '-63')],
    ['(100.0*A,-100.0*A)', limits('100.0', '-100.0')],
  ])('%s are two', (line, expected) => {
    expect(read('limits', line)).toEqual(expected);
  });

  test.each(['(100*A)', '(100,5*A)', '(100)(-63)', '(100*A)(-063*A)(1*A)', '()'])('%s are not two', (line) => {
    expect(read('limits', line)).toBeUndefined();
  });
});

test.each([
  ['(101209112500W)(12785.123*m3)', { time: '2010-12-09T11:25:00+01:00', value: '12785.123', unit: 'm3' }],
  ['(260215200523W)(240.860*GJ)', { time: '2026-02-15T20:05:23+01:00', value: '240.860', unit: 'GJ' }],
  ['(632525252525S)(00000.000)', { time: null, value: '0.000', unit: undefined }],
  ['(700101010000W)(00000000)', { time: null, value: '0', unit: undefined }],
  ['(12.5*m3)', { time: null, value: '12.5', unit: 'm3' }],
  ['(101209112500W)()', undefined],
])('%s was captured as %j', (line, capture) => {
  expect(read('capture', line)).toEqual(capture);
});

describe('the profile of DSMR 2.2 and 3.0', () => {
  test('of one value', () => {
    expect(read('profile', '(160315210000)(00)(60)(1)(0-1:24.2.1)(m3)(04083.631)')).toEqual({
      time: '2016-03-15T21:00:00+01:00',
      value: '4083.631',
      unit: 'm3',
    });
  });

  test('of three values has the newest last', () => {
    expect(read('profile', '(160315210000)(2C)(60)(1)(0-1:24.2.0)(m3)(1.0)(2.0)(3.0)')).toEqual({
      time: '2016-03-15T23:00:00+01:00',
      value: '3.0',
      unit: 'm3',
    });
  });

  test('of two registers has the first one first in each row', () => {
    expect(read('profile', '(160315210000)(00)(60)(2)(0-1:24.2.1)(m3)(0-1:24.2.2)(GJ)(1)(10)(2)(20)')).toEqual({
      time: '2016-03-15T22:00:00+01:00',
      value: '2',
      unit: 'm3',
    });
  });

  test.each(['99999999999', '999999999999999'])(
    'has no time where its period of %s minutes leads beyond all years',
    (period) => {
      expect(read('profile', `(160315210000)(00)(${period})(1)(0-1:24.2.1)(m3)(1.0)(2.0)`)).toEqual({
        time: null,
        value: '2.0',
        unit: 'm3',
      });
    },
  );

  test.each([
    '()',
    '(160315210000)',
    '(160315210000)(00)(60)(0)(0-1:24.2.1)(m3)(1)',
    '(160315210000)(00)(60)(1)(a)(m3)',
  ])('%s has none', (line) => {
    expect(read('profile', line)).toBeUndefined();
  });
});

describe('the log of power failures', () => {
  test('comes oldest first, whichever way it is printed', () => {
    const expected = [
      { start: '2010-12-08T14:59:14+01:00', end: '2010-12-08T15:04:15+01:00', seconds: '301' },
      { start: '2010-12-08T15:20:15+01:00', end: '2010-12-08T15:24:15+01:00', seconds: '240' },
    ];
    const [older, newer] = ['(101208150415W)(0000000301*s)', '(101208152415W)(0000000240*s)'];
    expect(read('failures', `(2)(0-0:96.7.19)${newer}${older}`)).toEqual(expected);
    expect(read('failures', `(2)(0-0:96.7.19)${older}${newer}`)).toEqual(expected);
  });

  test('may have an entry without a date, or durations without a unit', () => {
    expect(read('failures', '(2)(0-0:96.7.19)(160101000000W)(5358478)(000101000001W)(2147483647*s)')).toEqual([
      { start: null, end: null, seconds: '2147483647' },
      { start: '2015-10-30T23:32:02+01:00', end: '2016-01-01T00:00:00+01:00', seconds: '5358478' },
    ]);
  });

  test('has no start where the meter counts 68 years', () => {
    expect(read('failures', '(1)(0-0:96.7.19)(200102010203W)(2317482647*s)')).toEqual([
      { start: null, end: '2020-01-02T01:02:03+01:00', seconds: '2317482647' },
    ]);
  });

  test.each(['-1', '-99999999999999'])('has no start where the meter counts %s seconds', (seconds) => {
    expect(read('failures', `(1)(0-0:96.7.19)(200102010203W)(${seconds}*s)`)).toEqual([
      { start: null, end: '2020-01-02T01:02:03+01:00', seconds },
    ]);
  });

  test('may be 64 days long', () => {
    // 5564711 s are 64 days, 9 h 45 min 11 s.
    expect(read('failures', '(1)(0-0:96.7.19)(240501120000S)(0005564711*s)')).toEqual([
      { start: '2024-02-27T02:14:49+02:00', end: '2024-05-01T12:00:00+02:00', seconds: '5564711' },
    ]);
  });

  test('is what its pairs are, whatever its count says', () => {
    const pair = '(160101000000W)(0000000060*s)';
    expect(read('failures', `(5)(0-0:96.7.19)${pair}`)).toHaveLength(1);
    expect(read('failures', `(0)(0:96.7.19)${pair}${pair}`)).toHaveLength(2);
    expect(read('failures', `(1)(1-0:96.7.19)${pair}(170101000000W)`)).toHaveLength(1);
  });

  test.each(['(0)', '(0)(0-0:96.7.19)', '(0)()', '(0)(0-0:96.7.19)()'])('%s is empty', (line) => {
    expect(read('failures', line)).toEqual([]);
  });

  test.each(['(1)(0-0:96.11.63)(1)(2)', '(1)(0-0:96.7.19)(160101000000W)(x)'])('%s is another log', (line) => {
    expect(read('failures', line)).toBeUndefined();
  });
});

describe('the peak of the running month', () => {
  test.each([
    ['(200509134558S)(02.589*kW)', '2020-05-09T13:45:58+02:00', '2.589'],
    ['(08.796*kW)(260102010000)', '2026-01-02T01:00:00+01:00', '8.796'],
    ['(632525252525W)(00.000*kW)', null, '0.000'],
    ['(02.589*kW)', null, '2.589'],
    ['(200509134558S)(02.589)', '2020-05-09T13:45:58+02:00', '2.589'],
  ])('%s', (line, time, value) => {
    expect(read('peak', line)).toEqual({ time, value, unit: 'kW' });
  });

  test.each(['(200509134558S)', '(200509134558S)()', '(200509134558S)(x)'])('%s is none', (line) => {
    expect(read('peak', line)).toBeUndefined();
  });
});

describe('the peaks of the last months', () => {
  const HEAD = '(1-0:1.6.0)(1-0:1.6.0)';
  const september = '(230901000000S)(230831181500S)(01.862*kW)';
  const november = '(231101000000W)(231016130000S)(04.927*kW)';
  const expected = [
    { monthEnd: '2023-09-01T00:00:00+02:00', time: '2023-08-31T18:15:00+02:00', value: '1.862', unit: 'kW' },
    { monthEnd: '2023-11-01T00:00:00+01:00', time: '2023-10-16T13:00:00+02:00', value: '4.927', unit: 'kW' },
  ];

  test('come oldest first, whichever way they are printed', () => {
    expect(read('monthPeaks', `(2)${HEAD}${september}${november}`)).toEqual(expected);
    expect(read('monthPeaks', `(2)${HEAD}${november}${september}`)).toEqual(expected);
  });

  test.each(['(230801000000S)(632525252525W)(00.000*kW)', '(632525252525W)(632525252525W)()'])(
    'leave out a month without data: %s',
    (month) => {
      expect(read('monthPeaks', `(3)${HEAD}${september}${month}${november}`)).toEqual(expected);
    },
  );

  test.each([`(0)${HEAD}`, `(0)${HEAD}()`])('%s are none yet', (line) => {
    expect(read('monthPeaks', line)).toEqual([]);
  });

  test.each(['(12)', '(230701000000S)(000040.777*kWh)', `(1)${HEAD}(230901000000S)(230831181500S)(x)`])(
    '%s is another history',
    (line) => {
      expect(read('monthPeaks', line)).toBeUndefined();
    },
  );
});

describe('the registers of the last months', () => {
  test('are known by their order', () => {
    // Each kind of energy is the sum of its tariffs; the sums tell the order.
    const line =
      '(230701000000S)(000040.777*kWh)(000008.950*kWh)(000031.827*kWh)(000142.250*kWh)(000111.164*kWh)(000031.086*kWh)' +
      '(000000.030*kvarh)(000073.988*kvarh)(000000.205*kvarh)(000000.048*kvarh)(000039.199*kvarh)(000035.020*kvarh)' +
      '(000183.027*kWh)(03.564*kW)(02.156*kW)(03.564*kW)(04.104*kW)(04.104*kW)(03.400*kW)';
    const kWh = (value: string): object => ({ value, unit: 'kWh' });
    const kvarh = (value: string): object => ({ value, unit: 'kvarh' });
    const kW = (value: string): object => ({ value, unit: 'kW' });
    expect(read('billing', line)).toEqual([
      {
        time: '2023-07-01T00:00:00+02:00',
        registers: {
          energyDelivered: kWh('40.777'),
          energyDelivered1: kWh('8.950'),
          energyDelivered2: kWh('31.827'),
          energyReturned: kWh('142.250'),
          energyReturned1: kWh('111.164'),
          energyReturned2: kWh('31.086'),
          reactiveEnergyDelivered: kvarh('0.030'),
          reactiveEnergyReturned: kvarh('73.988'),
          reactiveEnergyQ1: kvarh('0.205'),
          reactiveEnergyQ2: kvarh('0.048'),
          reactiveEnergyQ3: kvarh('39.199'),
          reactiveEnergyQ4: kvarh('35.020'),
          energyDeliveredPlusReturned: kWh('183.027'),
          peakDelivered: kW('3.564'),
          peakDelivered1: kW('2.156'),
          peakDelivered2: kW('3.564'),
          peakReturned: kW('4.104'),
          peakReturned1: kW('4.104'),
          peakReturned2: kW('3.400'),
        },
      },
    ]);
  });

  test('may be of several months, and come oldest first', () => {
    const line = '(220301000000T)(2*kWh)(220201000000T)(1*kWh)';
    expect(read('billing', line)).toMatchObject([
      { time: '2022-02-01T00:00:00+01:00', registers: { energyDelivered: { value: '1' } } },
      { time: '2022-03-01T00:00:00+01:00', registers: { energyDelivered: { value: '2' } } },
    ]);
  });

  test.each([
    '(12)',
    '(3)(1-0:1.6.0)(1-0:1.6.0)(200501000000S)(200423192538S)(03.695*kW)',
    '(230701000000S)(1*kvarh)',
    '(230701000000S)(x)',
    `(230701000000S)${'(1)'.repeat(20)}`,
  ])('%s is another history', (line) => {
    expect(read('billing', line)).toBeUndefined();
  });
});

test.each([
  ['(200512134558S)(00112.384*m3)', '112.384', 'm3'],
  ['(200512134558S)(112384*dm3)', '112.384', 'm3'],
  ['(632525252525S)(00000.000)', '0.000', undefined],
])('%s is a volume', (line, value, unit) => {
  expect(read('volume', line)).toMatchObject({ value, unit });
});

test.each(['(21.5*degC)', '(200512134558S)(5*GJ)'])('%s is no volume', (line) => {
  expect(read('volume', line)).toBeUndefined();
});

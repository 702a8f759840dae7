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
    ['(01219311.383*Wh)', '1219311.383', 'Wh'],
    ['(000003777*Wh)', '3777', 'Wh'],
    ['(000*A)', '0', 'A'],
    ['(-063*A)', '-63', 'A'],
    ['(-00.024*kW)', '-0.024', 'kW'],
    ['(+1.000)', '1.000', undefined],
    ['(12,5*m3)', '12.5', 'm3'],
    ['( 7.10 * kWh )', '7.10', 'kWh'],
    ['(7*)', '7', undefined],
    ['(99999999999999999999.123*kWh)', '99999999999999999999.123', 'kWh'],
  ])('%s is %s %s', (line, value, unit) => {
    expect(read('quantity', line)).toEqual({ value, unit });
  });

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
      { end: '2010-12-08T15:04:15+01:00', seconds: '301' },
      { end: '2010-12-08T15:24:15+01:00', seconds: '240' },
    ];
    const [older, newer] = ['(101208150415W)(0000000301*s)', '(101208152415W)(0000000240*s)'];
    expect(read('failures', `(2)(0-0:96.7.19)${newer}${older}`)).toEqual(expected);
    expect(read('failures', `(2)(0-0:96.7.19)${older}${newer}`)).toEqual(expected);
  });

  test('may have an entry without a date, or durations without a unit', () => {
    expect(read('failures', '(2)(0-0:96.7.19)(160101000000W)(5358478)(000101000001W)(2147483647*s)')).toEqual([
      { end: null, seconds: '2147483647' },
      { end: '2016-01-01T00:00:00+01:00', seconds: '5358478' },
    ]);
  });

  test.each(['(0)', '(0)(0-0:96.7.19)', '(0)()'])('%s is empty', (line) => {
    expect(read('failures', line)).toEqual([]);
  });

  test.each(['(1)(0-0:96.11.63)(1)(2)', '(1)(0-0:96.7.19)(160101000000W)(x)'])('%s is another log', (line) => {
    expect(read('failures', line)).toBeUndefined();
  });
});

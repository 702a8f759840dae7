import { describe, expect, test } from 'vitest';
import { Framer, type Found } from '../../../src/telegram/framer.ts';
import { History } from '../../../src/telegram/history.ts';
import { dsmr22 } from '../../support/dsmr22.ts';
import { fixture, withChecksum } from '../../support/telegrams.ts';

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 0, 31, 12);

/** A line on which telegrams come ten seconds apart, or at the hour given. */
function line(history = new History()): (telegram: Buffer, hour?: number) => string {
  let framer = new Framer({ source: 'meter', checksum: 'absent', history });
  let atMs = NOON;
  return (telegram, hour) => {
    atMs = hour === undefined ? atMs + 10_000 : NOON + hour * HOUR;
    const found = [...framer.push(telegram, atMs), ...framer.idle(atMs + 3_000)];
    // A connection is no more than a framer: what is known of the meter outlives it.
    framer = new Framer({ source: 'meter', checksum: 'absent', history });
    return found.map(outcomeOf).join(' ');
  };
}

const outcomeOf = (found: Found): string => ('checksum' in found ? found.checksum : found.reason);

const edited = (telegram: Buffer, from: string, to: string): Buffer => {
  const text = telegram.toString('latin1');
  expect(text).toContain(from);
  return Buffer.from(text.replace(from, to), 'latin1');
};

describe('counters', () => {
  test.each([
    ['1-0:1.8.1', '00123.456', 0, '00123.456', 'absent'],
    ['1-0:1.8.1', '00123.456', 0, '00123.455', 'inconsistent'],
    ['1-0:1.8.1', '00123.456', 0, '00223.456', 'absent'],
    ['1-0:1.8.1', '00123.456', 0, '00223.457', 'inconsistent'],
    ['1-0:1.8.1', '00123.456', 1, '00223.456', 'absent'],
    ['1-0:1.8.1', '00123.456', 2, '00243.456', 'absent'],
    ['1-0:1.8.1', '00123.456', 2, '00243.457', 'inconsistent'],
    ['1-0:1.8.1', '09999.999', 0, '10000.000', 'absent'],
    ['1-0:2.8.1', '00000.005', 0, '00000.004', 'inconsistent'],
    // A clock that was set back: as little as can have passed.
    ['1-0:1.8.1', '00123.456', -9, '00223.456', 'absent'],
    ['1-0:1.8.1', '00123.456', -9, '00223.457', 'inconsistent'],
  ])('%s of %s kWh, %i h later %s kWh: %s', (obis, first, hours, next, outcome) => {
    const push = line();
    const key = obis === '1-0:1.8.1' ? 'delivered1' : 'returned1';
    expect(push(dsmr22({ [key]: `${first}*kWh` }), 0)).toBe('absent');
    expect(push(dsmr22({ [key]: `${next}*kWh` }), hours)).toBe(outcome);
  });

  test.each([
    ['00078.901', 0, '00078.900', 'inconsistent'],
    ['00078.901', 0, '00128.901', 'absent'],
    ['00078.901', 0, '00128.902', 'inconsistent'],
    ['00078.901', 3, '00138.901', 'absent'],
    ['00078.901', 3, '00138.902', 'inconsistent'],
  ])('gas of %s m3, %i h later %s m3: %s', (first, hours, next, outcome) => {
    const push = line();
    expect(push(dsmr22({ gas: first }), 0)).toBe('absent');
    expect(push(dsmr22({ gas: next }), hours)).toBe(outcome);
  });

  test.each([
    // 100 kWh are 100,000 Wh, 0.36 GJ and 360 MJ.
    ['1-0:3.8.0', '000100.000*kvarh', '000200.000*kvarh', '000200.001*kvarh'],
    ['3.8.0', '000100.000*kvarh', '000200.000*kvarh', '000200.001*kvarh'],
    ['1-0:9.8.0', '01000100.000*VAh', '01100100.000*VAh', '01100100.001*VAh'],
    ['1-0:1.8.0', '01219311.383*Wh', '01319311.383*Wh', '01319311.384*Wh'],
    ['1-0:1.8.0', '00.100*MWh', '00.200*MWh', '00.201*MWh'],
    ['1-0:1.8.0', '000100.000kWh', '000200.000kWh', '000200.001kWh'],
    ['1-0:1.8.0', '00100', '00200', '00201'],
    ['1-0:15.8.0', '000100,5*kWh', '000200,5*kWh', '000200,6*kWh'],
    ['0-2:24.2.1', '240.860*GJ', '241.220*GJ', '241.221*GJ'],
    ['0-2:24.2.1', '240860*MJ', '241220*MJ', '241221*MJ'],
    [
      '0-2:24.3.1',
      ...['240.860', '241.220', '241.221'].map((value) => `120517020000)(00)(60)(1)(0-2:24.2.1)(GJ)(${value}`),
    ],
    ['0-2:24.2.1', '00012345*dm3', '00062345*dm3', '00062346*dm3'],
  ])('%s goes from %s to %s at once, but not to %s', (obis, first, most, more) => {
    const of = (value: string): Buffer => edited(dsmr22(), '1-0:1.7.0', `${obis}(${value})\r\n1-0:1.7.0`);
    for (const [next, outcome] of [
      [most, 'absent'],
      [more, 'inconsistent'],
    ] as const) {
      const push = line();
      expect(push(of(first))).toBe('absent');
      expect(push(of(next))).toBe(outcome);
    }
  });

  test.each([
    // 60 kW are 0.216 GJ an hour: two hours are more than what may come at once, one is less.
    ['240.860', 1, '241.220', 'absent'],
    ['240.860', 1, '241.221', 'inconsistent'],
    ['240.860', 2, '241.292', 'absent'],
    ['240.860', 2, '241.293', 'inconsistent'],
  ])('heat of %s GJ, %i h later %s GJ: %s', (first, hours, next, outcome) => {
    const of = (value: string): Buffer => edited(dsmr22(), '1-0:1.7.0', `0-2:24.2.1(${value}*GJ)\r\n1-0:1.7.0`);
    const push = line();
    expect(push(of(first), 0)).toBe('absent');
    expect(push(of(next), hours)).toBe(outcome);
  });

  test('a unit without its `*` is one, and a digit that is lost in front of it shows', () => {
    const of = (power: string): Buffer => dsmr22({ power, delivered1: '00123.456kWh' });
    const push = line();
    expect(push(of('0000.42kW'))).toBe('absent');
    expect(push(of('0001.70kW'))).toBe('absent');
    expect(push(of('0001.7kW'))).toBe('inconsistent');
    expect(push(of('0001.70W'))).toBe('inconsistent');
    expect(push(of('0001.70x'))).toBe('implausible');
  });

  test('a balance may fall, and so may power', () => {
    const of = (value: string): Buffer =>
      edited(dsmr22({ power: value }), '1-0:1.7.0', '1-0:16.8.0(00005.000*kWh)\r\n1-0:1.7.0');
    const push = line();
    expect(push(of('0009.99*kW'))).toBe('absent');
    expect(push(edited(of('0000.01*kW'), '(00005.000*kWh)', '(00004.000*kWh)'))).toBe('absent');
  });
});

describe('what a run of lost bytes takes along', () => {
  test.each([
    ['an object', '0-0:96.14.0(0001)\r\n', ''],
    ['a register', '1-0:1.8.2(00234.567*kWh)\r\n', ''],
    ['the end of one line and the beginning of the next', '1.8.1(00123.456*kWh)\r\n1-0:1.8.2', '1.8.1'],
    ['a zero in front, which changes no value', '00123.456', '0123.456'],
    ['the point', '00000.000*kWh', '00000000*kWh'],
    ['a digit of the power', '0000.42*kW', '0000.4*kW'],
    ['half a unit', '0000.42*kW)', '0000.42*k)'],
    ['a digit of a time', '260131140000', '26013114000'],
    ['a code', '(0001)', '()'],
    ['a return', '\r\n0-0:96.14.0', '\n0-0:96.14.0'],
    ['a line end', '\r\n!', '!'],
    ['a digit of a reference', '(0-1:24.2.0)', '(-1:24.2.0)'],
    ['a digit of a code', '(60)', '(0)'],
    ['a digit of the header', '1004', '104'],
    ['a digit of an identifier', '5A31', '531'],
    ['a value of several', '(08)(60)', '(60)'],
    ['the `!`', '!\r\n', ''],
  ])('%s', (_, lost, left) => {
    const push = line();
    expect(push(dsmr22())).toBe('absent');
    expect(push(edited(dsmr22(), lost, left))).not.toBe('absent');
    expect(push(dsmr22())).toBe('absent');
  });

  test('an object of which no earlier telegram knew', () => {
    const push = line();
    expect(push(dsmr22())).toBe('absent');
    expect(push(edited(dsmr22(), '1-0:1.7.0', '0-0:17.0.0(0999.00*kW)\r\n1-0:1.7.0'))).toBe('inconsistent');
  });
});

describe('what may change from one telegram to the next', () => {
  test.each([
    ['a status in hexadecimal', '(08)', '(2C)'],
    ['a text', '96.13.0()', '96.13.0(48616C6C6F)'],
    ['a tariff', '(0001)', '(0002)'],
    ['a zero for a sign', '0000.42*kW', '-000.42*kW'],
    ['the time of the gas', '260131140000', '260131150000'],
  ])('%s', (_, from, to) => {
    const push = line();
    expect(push(dsmr22())).toBe('absent');
    expect(push(edited(dsmr22(), from, to))).toBe('absent');
  });

  test('the width of a number that no zeros fill up', () => {
    const push = line();
    expect(push(dsmr22({ power: '9.98*kW' }))).toBe('absent');
    expect(push(dsmr22({ power: '10.5*kW' }))).toBe('absent');
  });
});

describe('an exchanged meter', () => {
  const fresh = (wh: number): Buffer =>
    dsmr22({ header: '/KMP5 KA6U', delivered1: `00000.00${wh}*kWh`, delivered2: '00000.000*kWh', gas: '00000.000' });

  test('is believed after three telegrams that agree with each other', () => {
    const push = line();
    expect(push(dsmr22())).toBe('absent');
    expect([1, 2, 3, 4].map((wh) => push(fresh(wh)))).toEqual([
      'inconsistent',
      'inconsistent',
      'inconsistent',
      'absent',
    ]);
    expect(push(dsmr22())).toBe('inconsistent');
  });

  test('is not believed while they contradict each other', () => {
    const push = line();
    expect(push(dsmr22())).toBe('absent');
    for (const wh of [9, 8, 7, 6, 5, 4]) expect(push(fresh(wh))).toBe('inconsistent');
  });

  test('is not believed while the old one is heard in between', () => {
    const push = line();
    expect(push(dsmr22())).toBe('absent');
    for (const wh of [1, 2, 3, 4]) {
      expect(push(fresh(wh))).toBe('inconsistent');
      expect(push(fresh(wh))).toBe('inconsistent');
      expect(push(dsmr22())).toBe('absent');
    }
  });

  test('is not believed sooner for telegrams that do not even look whole', () => {
    const push = line();
    expect(push(dsmr22())).toBe('absent');
    expect(push(fresh(1))).toBe('inconsistent');
    for (let count = 0; count < 3; count++) expect(push(edited(fresh(2), '\r\n\r\n', '\r\n'))).toBe('implausible');
    expect(push(fresh(2))).toBe('inconsistent');
  });
});

describe('what it begins with', () => {
  const kept = { source: 'meter', raw: dsmr22(), checksum: 'absent', receivedAt: new Date(NOON) } as const;

  test('nothing: the first telegram is believed', () => {
    expect(line()(dsmr22({ delivered1: '99999.999*kWh' }))).toBe('absent');
  });

  test('the last telegram before the start', () => {
    const history = new History();
    history.begin(kept);
    const push = line(history);
    expect(push(dsmr22({ delivered1: '00123.455*kWh' }))).toBe('inconsistent');
    expect(push(dsmr22({ delivered1: '00243.456*kWh' }), 2)).toBe('absent');
  });

  test('not that one, where a telegram came in before it was found', () => {
    const history = new History();
    const push = line(history);
    expect(push(dsmr22({ delivered1: '00001.000*kWh' }))).toBe('absent');
    history.begin(kept);
    expect(push(dsmr22({ delivered1: '00001.001*kWh' }))).toBe('absent');
  });

  test('a telegram with a checksum', () => {
    const history = new History();
    const raw = withChecksum(dsmr22({ end: '!' }).toString('latin1'));
    history.begin({ ...kept, raw, checksum: 'valid' });
    expect(line(history)(dsmr22())).toBe('inconsistent');
  });
});

test('a meter that prints checksums does not pass without one, and its counters are remembered', () => {
  const printed = (delivered1: string): Buffer => withChecksum(dsmr22({ delivered1, end: '!' }).toString('latin1'));
  const push = line();
  expect(push(printed('00123.456*kWh'))).toBe('valid');
  expect(push(dsmr22({ delivered1: '00123.457*kWh' }))).toBe('inconsistent');
  // A checksum vouches for whatever it says.
  expect(push(printed('00000.001*kWh'))).toBe('valid');
});

describe('a meter that prints no `!`', () => {
  const unmarked = dsmr22({ end: '' });

  test('is believed after three telegrams: the first may have been cut short at the end of a line', () => {
    const push = line();
    expect([1, 2, 3, 4].map(() => push(unmarked))).toEqual(['truncated', 'truncated', 'truncated', 'absent']);
  });

  test('is known by the telegrams before the start', () => {
    const history = new History();
    history.begin({ source: 'meter', raw: unmarked, checksum: 'absent', receivedAt: new Date(NOON) });
    const push = line(history);
    expect(push(unmarked)).toBe('absent');
    const withoutLineEnd = unmarked.length - '\r\n'.length;
    for (let cut = 1; cut <= withoutLineEnd; cut++) expect(push(unmarked.subarray(0, cut))).not.toBe('absent');
  });
});

test('a 7E1 line is remembered by its text', () => {
  const push = line();
  expect(push(fixture('derived/synth-dsmr22-7e1-read-as-8n1.bin'))).toBe('absent');
  expect(push(fixture('derived/synth-dsmr22.txt'))).toBe('absent');
});

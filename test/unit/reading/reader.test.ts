import { expect, test } from 'vitest';
import { Reader } from '../../../src/reading/reader.ts';

const RECEIVED_AT = new Date('2026-07-05T10:30:00Z');

const print = (lines: readonly string[], end = '!ABCD\r\n'): Buffer =>
  Buffer.from(`${['/ISK5\\2M550', '', ...lines, ''].join('\r\n')}${end}`, 'latin1');

/** What a reader that has read the first text says of the second. */
function readSecond(first: Buffer, second: Buffer, receivedAt = RECEIVED_AT) {
  const reader = new Reader();
  reader.read({ raw: first, receivedAt: RECEIVED_AT });
  return reader.read({ raw: second, receivedAt });
}

test.each([
  ['000000.000', '0.000'],
  ['000010.500', '10.500'],
  ['123456.789', '123456.789'],
])('the digits %s of a known telegram are %s', (digits, value) => {
  const of = (number: string) => print([`1-0:1.8.1(${number}*kWh)`]);
  expect(readSecond(of('987654.321'), of(digits)).meter).toStrictEqual({ energyDelivered1: { value, unit: 'kWh' } });
});

test('number and time of a device are read anew', () => {
  const reading = readSecond(
    print(['0-1:24.2.1(260705120000S)(00001.234*m3)']),
    print(['0-1:24.2.1(260705130000S)(00012.340*m3)']),
  );
  expect(reading.mbus).toStrictEqual({
    1: { register: { time: '2026-07-05T13:00:00+02:00', value: '12.340', unit: 'm3' } },
  });
});

test('a time that is void, or no date, is null', () => {
  const of = (stamp: string) => print([`0-0:1.0.0(${stamp}W)`]);
  for (const stamp of ['632525252525', '260230120000', '260115240000', '260115120060'])
    expect(readSecond(of('260115120000'), of(stamp)).meter.time).toBe(null);
});

test('of two objects of one field the last counts, whichever has changed', () => {
  const of = (first: string, last: string) => print([`1-0:1.7.0(${first}*kW)`, `1-0:1.7.0(${last}*kW)`]);
  for (const second of [of('00.900', '00.100'), of('00.900', '00.200'), of('00.100', '00.200')]) {
    const value = second.includes('00.200') ? '0.200' : '0.100';
    expect(readSecond(of('00.100', '00.100'), second).meter.powerDelivered?.value).toBe(value);
  }
});

test('a value on a line of its own is not taken for the one above it', () => {
  const gas = (first: string) => print([`0-1:24.2.1(260705120000S)(${first}*m3)`, '(00001.000*m3)']);
  const reading = readSecond(gas('00001.000'), gas('00002.000'));
  expect(reading.mbus[1]?.register?.value).toBe('1.000');
  expect(reading.unread).toStrictEqual([{ obis: '0-1:24.2.1', groups: ['00002.000*m3'] }]);
});

test('what another object outdoes is unread as it was printed last', () => {
  const of = (first: string) => print([`1-0:1.7.0(${first}*kW)`, '1-0:1.7.0(00.100*kW)', '1-0:2.7.0(00.000*kW)']);
  expect(readSecond(of('00.900'), of('00.800')).unread).toStrictEqual([{ obis: '1-0:1.7.0', groups: ['00.800*kW'] }]);
});

test('nor does an object count more because it is printed as usual', () => {
  const of = (first: string) => print([`1-0:1.7.0(${first}*kW)`, '1-0:1.7.255(0,100*kW)']);
  expect(readSecond(of('00.100'), of('00.900')).meter.powerDelivered?.value).toBe('0.100');
});

test('a stamp without a letter is read by the time of reception each time', () => {
  const raw = print(['0-0:1.0.0(261025023000)']);
  expect(readSecond(raw, raw, new Date('2026-10-25T00:30:01Z')).meter.time).toBe('2026-10-25T02:30:00+02:00');
  expect(readSecond(raw, raw, new Date('2026-10-25T01:30:01Z')).meter.time).toBe('2026-10-25T02:30:00+01:00');
});

test('what stands behind a `!` that ends nothing is read anew', () => {
  const of = (power: string) => print(['0-0:96.13.0(a!b)', `1-0:1.7.0(${power}*kW)`], '');
  expect(readSecond(of('00.100'), of('00.200')).meter.powerDelivered?.value).toBe('0.200');
});

test('a second `!` behind the first is seen', () => {
  const lines = ['1-0:1.7.0(00.100*kW)'];
  expect(readSecond(print(lines), print(lines, '!\r0.0\r!')).unread).toStrictEqual([{ obis: '0.0', groups: [] }]);
});

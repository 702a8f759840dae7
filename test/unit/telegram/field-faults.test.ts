import { expect, test } from 'vitest';
import { parseReading } from '../../../src/reading/reading.ts';
import { Framer, type Found } from '../../../src/telegram/framer.ts';
import { buildTelegram, fixture } from '../../support/telegrams.ts';

const DSMR5 = fixture('derived/nl-dsmr-5.0.2-recrc.txt');
const AIDON = fixture('se-aidon-6560.txt');
const BARE = fixture('nl-dsmr-3.0.txt');

/** What a line gives on which these pieces came one after the other, and how many bytes belong to nothing. */
function hear(checksum: 'required' | 'absent', ...pieces: (Buffer | string)[]): { found: Found[]; noiseBytes: number } {
  const framer = new Framer({ source: 'meter', checksum });
  const bytes = Buffer.concat(
    pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)),
  );
  const found = [...framer.push(bytes, 0), ...framer.idle(Infinity)];
  return { found, noiseBytes: framer.noiseBytes };
}

const outcomesOf = (found: readonly Found[]): string[] =>
  found.map((item) => ('checksum' in item ? item.checksum : item.reason));

const readingOf = (raw: Buffer) => parseReading({ raw, receivedAt: new Date('2026-07-05T10:30:00Z') });

test('a burst whose first bytes are wrong is noise, and the next one is read', () => {
  const garbled = Buffer.concat([Buffer.from('c3e3f8', 'hex'), DSMR5.subarray(3)]);
  const { found, noiseBytes } = hear('required', '\r\n', garbled, DSMR5, garbled, AIDON);
  expect(outcomesOf(found)).toEqual(['valid', 'valid']);
  expect(noiseBytes).toBeGreaterThan(2 * 900);
});

test('the head of one telegram with the tail of another is rejected, and costs no third', () => {
  const head = DSMR5.subarray(0, DSMR5.indexOf('1-0:1.7.0(') + '1-0:1.7.0(00'.length);
  const { found } = hear('required', head, '\n!335D\r\n', DSMR5);
  expect(outcomesOf(found)).toEqual(['checksum', 'valid']);
});

test('a telegram whose lines a box has put into another order is rejected', () => {
  const lines = DSMR5.toString('latin1').split('\r\n');
  const reordered = [...lines.slice(0, 3), lines[4], lines[3], ...lines.slice(5)].join('\r\n');
  expect(outcomesOf(hear('required', reordered).found)).toEqual(['checksum']);
});

test.each([
  ['required', DSMR5, ['valid', 'valid']],
  ['absent', BARE, ['absent', 'absent']],
] as const)(
  'lines and 0xFF that a gateway adds behind the end are noise (checksum: %s)',
  (mode, telegram, outcomes) => {
    const added = `COM-1 4711\r\n1-0:1.8.0(9*kWh)\r\n${'\xff'.repeat(40)}\r\n`;
    const { found, noiseBytes } = hear(mode, telegram, added, telegram, added);
    expect(outcomesOf(found)).toEqual(outcomes);
    // What is added, but for its line ends, twice.
    expect(noiseBytes).toBe(2 * (10 + 16 + 40));
  },
);

test('a Hungarian message of 1,024 bytes 0xFF comes out byte for byte, and costs no value', () => {
  const telegram = buildTelegram('/AUX59903', [
    '0-0:1.0.0(260705123000S)',
    `0-0:96.13.0(${'\xff'.repeat(1_024)})`,
    '1-0:1.8.0(001234.567*kWh)',
    ...Array.from({ length: 40 }, (_, number) => `1-0:99.${number}.0(000000.000*kvarh)`),
  ]);
  const { found } = hear('required', telegram);
  expect(telegram.length).toBeGreaterThan(2_000);
  expect(found.map(({ raw }) => raw)).toEqual([telegram]);
  expect(readingOf(telegram).meter.energyDelivered).toEqual({ value: '1234.567', unit: 'kWh' });
});

test('a list that is broken over lines is read whole; two telegrams mixed up in it are rejected', () => {
  const head = ['0-0:1.0.0(260705123000S)', '1-0:1.8.0(000045.000*kWh)'];
  const list = ['0-0:98.1.0', '(260701000000S)(000040.777*kWh)', '(000008.950*kWh)(000031.827*kWh)'];
  const telegram = buildTelegram('/SAG5SAG-METER', [...head, ...list]);
  expect(outcomesOf(hear('required', telegram).found)).toEqual(['valid']);
  const { meter, unread } = readingOf(telegram);
  expect(Object.values(meter)).toContainEqual([
    {
      time: '2026-07-01T00:00:00+02:00',
      registers: {
        energyDelivered: { value: '40.777', unit: 'kWh' },
        energyDelivered1: { value: '8.950', unit: 'kWh' },
        energyDelivered2: { value: '31.827', unit: 'kWh' },
      },
    },
  ]);
  expect(unread).toEqual([]);
  const middle = telegram.indexOf('(000008.950');
  expect(outcomesOf(hear('required', telegram.subarray(0, middle), DSMR5.subarray(200)).found)).toEqual(['checksum']);
});

test('one odd line of a dead channel costs neither the telegram nor the live channel', () => {
  const telegram = buildTelegram('/ISK5\\2M550T-1012', [
    '1-3:0.2.8(50)',
    '0-1:24.1.0(003)',
    '0-1:24.2.1(700101010000W)(00000000)',
    '0-2:24.1.0(003)',
    '0-2:24.2.1(260705122500S)(00123.456*m3)',
  ]);
  const { found } = hear('required', telegram);
  expect(outcomesOf(found)).toEqual(['valid']);
  expect(readingOf(telegram).mbus[2]?.register).toMatchObject({ value: '123.456', unit: 'm3' });
  expect(readingOf(telegram).mbus[1]?.register).toEqual({ time: null, value: '0', unit: undefined });
});

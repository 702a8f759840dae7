import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc16, crc16Modbus, crc16X25 } from '../../../src/telegram/crc16.ts';
import { naiveCrc16, naiveX25 } from '../../support/telegrams.ts';

test.each([
  ['', 0x0000],
  ['/', 0xdc41],
  ['!', 0x18c0],
  ['/!', 0x28dc],
  ['A', 0x30c0],
  ['\r\n', 0x9784],
  ['123456789', 0xbb3d],
])('the CRC16 of %j is the published check value', (text, expected) => {
  expect(crc16(Buffer.from(text))).toBe(expected);
});

test('the X-25 of 123456789 is the published check value', () => {
  expect(crc16X25(Buffer.from('123456789'))).toBe(0x906e);
});

test('the MODBUS of 123456789 is the published check value', () => {
  expect(crc16Modbus(Buffer.from('123456789'))).toBe(0x4b37);
});

test('any part of any bytes has the checksum that the definition gives', () => {
  const cases = fc.tuple(fc.uint8Array({ maxLength: 100 }), fc.nat(100), fc.nat(100));
  fc.assert(
    fc.property(cases, ([bytes, a, b]) => {
      const [from, to] = [Math.min(a, b, bytes.length), Math.min(Math.max(a, b), bytes.length)];
      expect(crc16(bytes, from, to)).toBe(naiveCrc16(bytes.subarray(from, to)));
      expect(crc16X25(bytes, from, to)).toBe(naiveX25(bytes.subarray(from, to)));
    }),
    { seed: 1, numRuns: 1000 },
  );
});

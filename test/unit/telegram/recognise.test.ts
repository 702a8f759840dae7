import { describe, expect, test } from 'vitest';
import { recognise, tell } from '../../../src/telegram/recognise.ts';
import { createDice } from '../../support/dice.ts';
import { fixture, manifest } from '../../support/telegrams.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const text = (...lines: string[]): Buffer => Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1');
const repeat = (bytes: Buffer, times: number): Buffer => Buffer.concat(Array.from({ length: times }, () => bytes));

const TELEGRAM = Buffer.from('/ISK5\\2M550T-1012\r\n\r\n1-0:1.8.1(000001.000*kWh)\r\n!ABCD\r\n');
// Ten bytes between the flags, which the length field counts: format, addresses, control, check, payload, check.
const HDLC = hex('7e a00a 41 0883 13 1304 e6e7 7e');
const HDLC_LONG = Buffer.concat([hex('7e a12a 41 0883 13 1304'), Buffer.alloc(0x12a - 10, 0x5a), hex('e6e7 7e')]);
// 08 + 05 + 72 = 7f.
const MBUS = hex('68 03 03 68 08 05 72 7f 16');
// The examples of the Modicon reference: read three registers of unit 17, and the answer.
const MODBUS_ASKED = hex('11 03 00 6b 00 03 76 87');
const MODBUS_ANSWERED = hex('11 03 06 ae 41 56 52 43 40 49 ad');
const SML = hex('1b1b1b1b 01010101 76 05 00 00 00 01 62 00 62 00 72 63 01 01');

test.each<[string, string, Buffer]>([
  ['nothing', 'silence', Buffer.alloc(0)],
  ['NULs', 'stuck-low', Buffer.alloc(500)],
  ['bytes with all bits set', 'inverted', Buffer.alloc(500, 0xff)],
  ['leading ones, as a weak pull-up gives', 'inverted', repeat(hex('c3e3f8ff'), 50)],
  ['a telegram', 'p1', TELEGRAM],
  [
    'a telegram between the rests of two',
    'p1',
    Buffer.concat([TELEGRAM.subarray(30), TELEGRAM, TELEGRAM.subarray(0, 40)]),
  ],
  ['a telegram behind NULs and 0xFF', 'p1', Buffer.concat([hex('0000ff'), TELEGRAM])],
  [
    'a telegram with 0xFF in a message',
    'p1',
    text('/AUX5', '', '1-0:1.8.0(1*kWh)', `0-0:96.13.0(${'\xff'.repeat(9)})`),
  ],
  ['a telegram of a meter with bare ids', 'p1', text('/ESY5Q3D', '', '1.8.0(00001*kWh)', '!')],
  ['the tail of a telegram', 'pieces', TELEGRAM.subarray(19)],
  ['HDLC', 'hdlc', HDLC],
  ['HDLC, frames that share a flag', 'hdlc', Buffer.concat([HDLC.subarray(0, -1), HDLC_LONG])],
  ['HDLC from the middle of a frame on', 'hdlc', Buffer.concat([HDLC_LONG.subarray(200), HDLC_LONG])],
  ['M-Bus', 'm-bus', repeat(MBUS, 3)],
  ['Modbus', 'modbus', Buffer.concat([MODBUS_ASKED, MODBUS_ANSWERED])],
  ['Modbus, questions alone', 'modbus', repeat(MODBUS_ASKED, 5)],
  ['Modbus in as many bytes of noise', 'modbus', Buffer.concat([MODBUS_ASKED, hex('a59a c783 b1e4 968d')])],
  ['SML', 'sml', SML],
  ['an Elgama meter', 'enciphered', Buffer.concat([text('/EGM5G15', ''), hex('db00 8201 1f30 ab'), text('!')])],
  ['a modem', 'text', text('AT+OK', 'RING')],
  ['a slash within a line', 'text', text('GET /abc HTTP/1.1', '1-0:1.8.1 is no object')],
  ['a header alone', 'text', text('/ISK5\\2M550T-1012')],
])('%s is recognised as %s', (_, kind, bytes) => {
  expect(recognise(bytes).kind).toBe(kind);
});

describe('what nearly is something', () => {
  test.each<[string, Buffer]>([
    ['HDLC whose length is wrong', hex('7e a00b 41 0883 13 1304 e6e7 7e')],
    ['M-Bus with a wrong sum', hex('68 03 03 68 08 05 72 7e 16')],
    ['M-Bus without its stop', hex('68 03 03 68 08 05 72 7f 17')],
    ['Modbus with a wrong checksum', hex('11 03 00 6b 00 03 76 88')],
    ['Modbus in more noise', Buffer.concat([MODBUS_ASKED, hex('a59a c783 b1e4 968d a7')])],
    ['the escape of SML alone', hex('1b1b1b1b 0101')],
    ['a cipher that is not encrypted', hex('db08 5341470112345678 0a 00 0000002a')],
  ])('%s is none of them', (_, bytes) => {
    expect(['noise', 'text', 'inverted']).toContain(recognise(bytes).kind);
  });

  test('noise is taken for no protocol, however long it is listened to', () => {
    const dice = createDice(36);
    const noise = Array.from({ length: 100 }, () =>
      Buffer.from(Array.from({ length: 4_096 }, () => Math.floor(dice() * 256))),
    );
    expect(new Set(noise.map((bytes) => recognise(bytes).kind))).toEqual(new Set(['noise']));
  });
});

describe('recorded telegrams', () => {
  const files = [
    ...manifest('MANIFEST.tsv').map(({ file = '' }) => file),
    ...manifest('field/MANIFEST.tsv').map(({ file = '' }) => `field/${file}`),
  ].filter((file) => file.endsWith('.txt'));

  test.each(files)('%s is P1', (file) => {
    expect(recognise(fixture(file)).kind).toBe('p1');
  });

  test('one of seven bits, read as eight, is told by its parity', () => {
    const bytes = fixture('derived/synth-dsmr22-7e1-read-as-8n1.bin');
    expect(recognise(bytes).kind).toBe('p1-7e1');
    const damaged = bytes.map((byte, index) => (index % 3 === 0 ? byte ^ 0x04 : byte));
    expect(recognise(Buffer.from(damaged)).kind).not.toBe('p1-7e1');
  });

  test('an encrypted one is told by its head, wherever it begins', () => {
    const bytes = fixture('derived/lu-smarty-encrypted.bin');
    expect(recognise(bytes).kind).toBe('encrypted');
    expect(recognise(Buffer.concat([bytes.subarray(700), bytes])).kind).toBe('encrypted');
    // Short forms of its length, and encryption without authentication.
    expect(recognise(hex('db08 5341470112345678 81f0 30 0000002a')).kind).toBe('encrypted');
    expect(recognise(hex('db08 5341470112345678 7f 20 0000002a')).kind).toBe('encrypted');
  });
});

test('a finding is told in a clause, with what to do', () => {
  expect(tell(recognise(HDLC))).toBe(
    'what comes looks like HDLC frames (DLMS), as meters in Norway and Austria send them; p1-relay cannot read it: ask the grid operator whether the meter has a P1 port, or can be set to P1',
  );
  expect(tell(recognise(Buffer.alloc(0)))).toBe(
    'not a byte came; check the cable and the data request line, and that the port is switched on by the grid operator',
  );
});

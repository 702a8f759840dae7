import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { streamPrint } from '../../../src/stream/stream-print.ts';
import { Receiver } from '../../../src/telegram/receiver.ts';
import type { Telegram } from '../../../src/telegram/telegram.ts';
import { asEvcc, asHomeAssistant } from '../../support/stream-reader.ts';
import { fixture, naiveCrc16, naiveX25, printCrc, withChecksum } from '../../support/telegrams.ts';

function telegram(text: string, checksum: Telegram['checksum'] = 'valid'): Telegram {
  return { source: 'house', receivedAt: new Date(0), raw: Buffer.from(text, 'latin1'), checksum };
}

const BODY = '/ISK5\\2M550T\r\n\r\n1-0:1.8.1(000001.000*kWh)\r\n';
const CRC = printCrc(naiveCrc16(Buffer.from(`${BODY}!`)));

describe('what strict readers would lose is mended', () => {
  test.each([
    ['nothing, where all is well', `${BODY}!${CRC}\r\n`, `${BODY}!${CRC}\r\n`],
    ['lower case', `${BODY}!${CRC.toLowerCase()}\r\n`, `${BODY}!${CRC}\r\n`],
    ['no line end behind the checksum', `${BODY}!${CRC}`, `${BODY}!${CRC}\r\n`],
    ['a NUL behind it', `${BODY}!${CRC}\0\r\n`, `${BODY}!${CRC}\r\n`],
  ])('%s', (_, printed, wanted) => {
    expect(streamPrint(telegram(printed), false)).toBe(wanted);
  });

  test('a checksum without its leading zeros', () => {
    const body = bodyWith((crc) => crc < 0x1000);
    const crc = naiveCrc16(Buffer.from(`${body}!`));
    const print = streamPrint(telegram(`${body}!${crc.toString(16)}\r\n`), false);
    expect(print).toBe(`${body}!${printCrc(crc)}\r\n`);
    expect(print).toMatch(/!0[0-9A-F]{3}\r\n$/);
  });

  test('bare line feeds, whose checksum is over CR LF', () => {
    const printed = `${BODY}!${CRC}\r\n`.replaceAll('\r\n', '\n');
    expect(streamPrint(telegram(printed, 'repaired'), false)).toBe(`${BODY}!${CRC}\r\n`);
  });

  test('the CRC-16/X-25 of a Holley meter', () => {
    const body = BODY.replace('ISK5', 'HLY5');
    const printed = `${body}!${printCrc(naiveX25(Buffer.from(`${body}!`)))}\r\n`;
    expect(streamPrint(telegram(printed), false)).toBe(withChecksum(`${body}!`).toString());
  });

  test.each([
    ['a second slash', '/ISK5\\2M/550T', '/ISK5\\2M_550T'],
    ['a second mark', '/ISK5\\2M!550T', '/ISK5\\2M_550T'],
    ['what is no ASCII', '/ISK5\\2M\xe9550T', '/ISK5\\2M_550T'],
  ])('%s, under a checksum of what is printed then', (_, header, mended) => {
    const raw = withChecksum(`${BODY.replace('/ISK5\\2M550T', header)}!`);
    const wanted = withChecksum(`${BODY.replace('/ISK5\\2M550T', mended)}!`).toString();
    expect(streamPrint({ ...telegram(''), raw }, false)).toBe(wanted);
  });
});

describe('a telegram without a checksum', () => {
  test('stays without one, unless one is wanted', () => {
    expect(streamPrint(telegram(`${BODY}!\r\n`, 'absent'), false)).toBe(`${BODY}!\r\n`);
    expect(streamPrint(telegram(`${BODY}!\r\n`, 'absent'), true)).toBe(`${BODY}!${CRC}\r\n`);
  });

  test('and without its mark gets that, too', () => {
    expect(streamPrint(telegram(BODY, 'absent'), false)).toBe(`${BODY}!\r\n`);
    expect(streamPrint(telegram(BODY, 'absent'), true)).toBe(`${BODY}!${CRC}\r\n`);
  });
});

const files = ['field', 'derived'].flatMap((folder) =>
  readdirSync(new URL(`../../fixtures/telegrams/${folder}/`, import.meta.url))
    .filter((name) => name.endsWith('.txt'))
    .map((name) => `${folder}/${name}`),
);

const samples = files.map((file) => [file, telegramsIn(file)] as const).filter(([, found]) => found.length > 0);

test.each(samples)('Home Assistant and evcc find each telegram of %s', (_, telegrams) => {
  const stream = Buffer.from(telegrams.map((one) => streamPrint(one, true)).join(''), 'latin1');
  expect(asHomeAssistant(stream)).toMatchObject({ rest: '' });
  expect(asHomeAssistant(stream).telegrams).toHaveLength(telegrams.length);
  expect(asEvcc(stream)).toHaveLength(telegrams.length);
});

test('there are samples of every kind of meter', () => {
  expect(samples.length).toBeGreaterThan(25);
});

function telegramsIn(file: string): Telegram[] {
  const receiver = new Receiver({ source: 'house', checksum: 'auto', history: undefined, decryption: undefined });
  const found = [...receiver.push(fixture(file), 0), ...receiver.idle(Infinity)];
  return found.filter((one) => 'checksum' in one);
}

/** A body whose checksum is as wanted. */
function bodyWith(isWanted: (crc: number) => boolean): string {
  for (let n = 0; ; n++) {
    const body = BODY.replace('000001', String(n).padStart(6, '0'));
    if (isWanted(naiveCrc16(Buffer.from(`${body}!`)))) return body;
  }
}

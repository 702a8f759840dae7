import { expect, test } from 'vitest';
import { Framer } from '../../src/telegram/framer.ts';
import type { ChecksumMode } from '../../src/telegram/verdict.ts';
import { fixture } from '../support/telegrams.ts';

const SEVEN_BIT = fixture('derived/synth-dsmr22-7e1-read-as-8n1.bin');

/** Up to the `!`, if there is one: what stands behind it is no value. */
const textOf = (raw: Buffer): string =>
  raw
    .toString('latin1')
    .replace(/![^!]*$/, '')
    .trimEnd();

/** What a framer takes of the bytes, which is no telegram that was sent. */
function strangers(bytes: Buffer, checksum: ChecksumMode, sent: string): string[] {
  const framer = new Framer({ source: 'meter', checksum });
  return [...framer.push(bytes, 0), ...framer.idle(Infinity)]
    .filter((found) => 'checksum' in found)
    .map(({ raw }) => textOf(raw))
    .filter((text) => text !== sent);
}

const flipsOf = (bytes: Buffer): Buffer[] =>
  Array.from({ length: bytes.length * 8 }, (_, bit) => {
    const copy = Buffer.from(bytes);
    copy[bit >> 3]! ^= 1 << (bit & 7);
    return copy;
  });

const feeds = (telegram: Buffer): Buffer => Buffer.from(telegram.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');

test.each<[string, ChecksumMode, Buffer]>([
  ['a DSMR 5 telegram', 'auto', fixture('derived/nl-dsmr-5.0.2-recrc.txt')],
  ['a Belgian telegram', 'auto', fixture('derived/be-emucs-2.1.1-3f-recrc.txt')],
  ['a Luxembourg telegram', 'required', fixture('lu-smarty-1.1.3.txt')],
  ['a Swedish telegram, which names no version', 'auto', fixture('se-aidon-6560.txt')],
  ['a DSMR 4 telegram that lost its CRs', 'required', feeds(fixture('derived/nl-dsmr-4.2.2-recrc.txt'))],
])('no single flipped bit of %s yields other values', (_, mode, telegram) => {
  const [sent = ''] = strangers(telegram, mode, '');
  expect(sent).not.toBe('');
  // A line end is put back before the checksum is looked at: the values are the same.
  const valuesOf = (text: string): string => text.replaceAll('\r', '');
  const others = flipsOf(telegram).flatMap((bytes) => strangers(bytes, mode, sent));
  expect(others.filter((text) => valuesOf(text) !== valuesOf(sent))).toEqual([]);
});

test('nor does one on a 7E1 line, where parity is all there is', () => {
  const sent = textOf(fixture('derived/synth-dsmr22.txt'));
  expect(strangers(SEVEN_BIT, 'absent', sent)).toEqual([]);
  expect(flipsOf(SEVEN_BIT).flatMap((bytes) => strangers(bytes, 'absent', sent))).toEqual([]);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readChecksum } from '../../src/telegram/checksum.ts';
import { Framer } from '../../src/telegram/framer.ts';
import { buildTelegram, fixture, naiveCrc16 } from '../support/telegrams.ts';

/**
 * A run of lost bytes joins what stood before it to what stood behind it. A CRC16 sees that unless the checksum so far is
 * the same on both sides of the gap: one pair of places in 65,536, whoever checks it. Those pairs are found here by the
 * definition of the checksum; nothing but them may pass.
 */
const SENT = [
  'se-aidon-6560.txt',
  'lu-smarty-1.1.3.txt',
  'lt-eso-extended-3f.txt',
  'derived/nl-dsmr-5.0.2-recrc.txt',
].map(fixture);
const SHORT = buildTelegram('/ISK5\\2M550T-1012', [
  '1-3:0.2.8(50)',
  '0-0:1.0.0(260705123000S)',
  '1-0:1.8.1(001234.567*kWh)',
  '1-0:2.8.1(000012.345*kWh)',
  '1-0:1.7.0(00.318*kW)',
  '0-1:24.2.1(260705122500S)(00123.456*m3)',
]);
const BLIND = 2 ** -16;

/** From `/` to `!`, of all that a framer takes. */
function textsOf(...chunks: Uint8Array[]): string[] {
  const framer = new Framer({ source: 'meter', checksum: 'required' });
  return [...chunks.flatMap((chunk) => framer.push(chunk, 0)), ...framer.idle(Infinity)]
    .filter((found) => 'checksum' in found)
    .map(({ raw }) => readChecksum(raw).text.toString('latin1'));
}

const textOf = (telegram: Buffer): string => telegram.toString('latin1', 0, telegram.lastIndexOf('!') + 1);

/** The checksum of each beginning of a telegram's text, from none of it to all of it. */
function checksumsOf(telegram: Buffer): number[] {
  const checksums = [0];
  for (const byte of Buffer.from(textOf(telegram), 'latin1')) {
    checksums.push(naiveCrc16(Uint8Array.of(byte), checksums.at(-1)));
  }
  return checksums;
}

/** Where the one may break off and the other go on without a change of the checksum. */
function blindSpots(head: Buffer, tail: Buffer): [from: number, to: number][] {
  const places = new Map<number, number[]>();
  for (const [to, checksum] of checksumsOf(tail).entries()) places.set(checksum, [...(places.get(checksum) ?? []), to]);
  return checksumsOf(head).flatMap((checksum, from) =>
    (places.get(checksum) ?? []).map((to): [number, number] => [from, to]),
  );
}

test('each run that a telegram can lose: none comes out that was not sent, but where a CRC16 is blind', () => {
  const end = textOf(SHORT).length;
  const blind = new Set(blindSpots(SHORT, SHORT).map(String));
  const missed = [];
  for (let from = 0; from < end; from++) {
    for (let to = from + 1; to <= end; to++) {
      const [text = ''] = textsOf(SHORT.subarray(0, from), SHORT.subarray(to));
      if (text !== '' && text !== textOf(SHORT) && !blind.has(String([from, to]))) missed.push([from, to]);
    }
  }
  expect(missed).toEqual([]);
  expect(blind.size - (end + 1)).toBeLessThanOrEqual(4);
});

test('each run from one telegram into another: no more are blind than chance has it, and those have their checksum', () => {
  let [found, expected] = [0, 0];
  for (const head of SENT) {
    for (const tail of SENT) {
      const spots = blindSpots(head, tail).filter(([from, to]) => head !== tail || from < to);
      found += spots.length;
      expected += BLIND * head.length * tail.length * (head === tail ? 0.5 : 1);
      const checksum = checksumsOf(tail).at(-1);
      for (const [from, to] of spots) {
        const texts = textsOf(head.subarray(0, from), tail.subarray(to));
        for (const text of texts) expect(naiveCrc16(Buffer.from(text, 'latin1'))).toBe(checksum);
      }
    }
  }
  expect(found).toBeLessThan(1.25 * expected);
});

test('whatever run of a stream is lost, the telegrams on both sides of it come out as they were sent', () => {
  const bytes = Buffer.concat([...SENT, ...SENT]);
  const sent = new Set(SENT.map(textOf));
  fc.assert(
    fc.property(fc.nat(bytes.length), fc.nat(1_500), (from, length) => {
      const texts = textsOf(bytes.subarray(0, from), bytes.subarray(from + length));
      // It reaches into three of them at most.
      return texts.every((text) => sent.has(text)) && texts.length >= 2 * SENT.length - 3;
    }),
    { seed: 3, numRuns: 1_000 },
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Reader } from '../../src/reading/reader.ts';
import { parseReading } from '../../src/reading/reading.ts';
import { NETHERLANDS } from '../../src/reading/time.ts';
import { fixture, manifest } from '../support/telegrams.ts';

const RECEIVED_AT = new Date('2026-07-05T10:30:00Z');
const SAMPLES = manifest('MANIFEST.tsv')
  .flatMap(({ file = '' }) => (file.endsWith('.txt') ? [fixture(file)] : []))
  .filter((raw) => raw.length < 4_096);

/** Some of what a meter may print another time in the place of a byte, or anything at all. */
const change = fc.tuple(
  fc.nat(4_096),
  fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0x30, max: 0x39 }) },
    { weight: 4, arbitrary: fc.constant(0x30) },
    { weight: 1, arbitrary: fc.constantFrom(...Buffer.from('.*()!/:;?WS-\r\n AF')) },
    { weight: 1, arbitrary: fc.nat(255) },
  ),
);

type Changes = readonly (readonly [place: number, byte: number])[];

/** A digit in the place of a digit, whatever else in any place. */
function changed(telegram: Buffer, changes: Changes): Buffer {
  const bytes = Buffer.from(telegram);
  const digits = [...bytes.keys()].filter((place) => isDigit(bytes[place]));
  for (const [place, byte] of changes) {
    const places = isDigit(byte) ? digits : [...bytes.keys()];
    bytes[places[place % places.length]!] = byte;
  }
  return bytes;
}

const isDigit = (byte = 0): boolean => byte >= 0x30 && byte <= 0x39;

test('a reader that knows a meter reads each telegram of it, and anything else, as one that knows none', () => {
  const stories = fc.tuple(
    fc.constantFrom(...SAMPLES),
    fc.array(fc.array(change, { maxLength: 12 }), { minLength: 1, maxLength: 6 }),
  );
  fc.assert(
    fc.property(stories, ([sample, story]) => {
      const reader = new Reader(NETHERLANDS);
      for (const changes of [[], ...story]) {
        const telegram = { raw: changed(sample, changes), receivedAt: RECEIVED_AT };
        expect(reader.read(telegram)).toStrictEqual(parseReading(telegram));
      }
    }),
    { seed: 12, numRuns: 500 },
  );
});

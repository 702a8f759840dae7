import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readChecksum } from '../../src/telegram/checksum.ts';
import { Framer, LONGEST_TELEGRAM, type Found } from '../../src/telegram/framer.ts';
import type { ChecksumMode } from '../../src/telegram/verdict.ts';
import { cutAt, fixture, withChecksum } from '../support/telegrams.ts';

const DSMR5 = fixture('derived/nl-dsmr-5.0.2-recrc.txt');
const SEVEN_BIT = fixture('derived/synth-dsmr22-7e1-read-as-8n1.bin');
const SENT = [DSMR5, fixture('se-aidon-6560.txt'), fixture('lu-smarty-1.1.3.txt'), fixture('lt-eso-extended-3f.txt')];
const BARE = [fixture('nl-dsmr-3.0.txt'), fixture('derived/synth-dsmr22.txt')];

interface Outcome {
  readonly found: readonly Found[];
  readonly noiseBytes: number;
}

function frame(chunks: readonly Uint8Array[], checksum: ChecksumMode = 'required'): Outcome {
  const framer = new Framer({ source: 'meter', checksum });
  const found = [...chunks.flatMap((chunk) => framer.push(chunk, 0)), ...framer.idle(Infinity)];
  return { found, noiseBytes: framer.noiseBytes };
}

/** From `/` to `!`, as the meter sent it: what a checksum vouches for. */
const textsOf = ({ found }: Outcome): string[] =>
  found.filter((item) => 'checksum' in item).map(({ raw }) => readChecksum(raw).text.toString('latin1'));

const bytesAmong = (characters: string): fc.Arbitrary<Buffer> =>
  fc.array(fc.constantFrom(...Buffer.from(characters, 'latin1')), { maxLength: 60 }).map((bytes) => Buffer.from(bytes));

/** Any bytes; and bytes that look like pieces of a frame, which are worse. */
const noise = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  bytesAmong('/!\r\n()1A\xaf\x8d\0'),
);

const piece = fc.oneof(
  noise,
  fc.constantFrom(...SENT, ...BARE, SEVEN_BIT),
  fc
    .tuple(fc.constantFrom(...SENT, ...BARE, SEVEN_BIT), fc.nat(2000), fc.nat(2000))
    .map(([telegram, from, to]) => telegram.subarray(from % telegram.length, to % telegram.length)),
);

const stream = fc.array(piece, { maxLength: 8 }).map((pieces) => Buffer.concat(pieces));
const mode = fc.constantFrom<ChecksumMode>('required', 'absent', 'auto');

test('where chunks end does not matter', () => {
  // A line end behind four digits belongs to the telegram only where it came along.
  const withoutLineEnds = ({ found, noiseBytes }: Outcome): unknown => ({
    noiseBytes,
    found: found.map((item) => ({ ...item, raw: item.raw.toString('latin1').trimEnd() })),
  });
  fc.assert(
    fc.property(stream, mode, fc.array(fc.nat(10_000), { maxLength: 40 }), (bytes, checksum, places) => {
      const whole = withoutLineEnds(frame([bytes], checksum));
      expect(withoutLineEnds(frame(cutAt(bytes, places), checksum))).toEqual(whole);
    }),
    { seed: 2, numRuns: 1000 },
  );
});

test('bytes one at a time are no different', () => {
  for (const bytes of [fixture('derived/stream-dirty-1.bin'), Buffer.concat(BARE), SEVEN_BIT]) {
    const one = frame(
      Array.from(bytes, (byte) => Uint8Array.of(byte)),
      'absent',
    );
    const whole = frame([bytes], 'absent');
    expect(textsOf(one)).toEqual(textsOf(whole));
    expect(one.noiseBytes).toBe(whole.noiseBytes);
  }
});

test('what comes out stood in the stream, once, in order, at the place it names', () => {
  fc.assert(
    fc.property(stream, mode, (bytes, checksum) => {
      const { found, noiseBytes } = frame([bytes], checksum);
      let end = 0;
      let length = 0;
      for (const { raw, offset } of found) {
        expect(offset).toBeGreaterThanOrEqual(end);
        const source = bytes.subarray(offset, offset + raw.length);
        expect(raw.equals(source) || raw.equals(Buffer.from(source.map((byte) => byte & 0x7f)))).toBe(true);
        end = offset + raw.length;
        length += raw.length;
      }
      expect(length + noiseBytes).toBeLessThanOrEqual(bytes.length);
    }),
    { seed: 4, numRuns: 1000 },
  );
});

test('no noise costs the telegram behind it, if that begins a line', () => {
  const long = fc.array(noise, { minLength: 1, maxLength: 200 }).map((pieces) => Buffer.concat(pieces));
  fc.assert(
    fc.property(
      fc.oneof(stream, long),
      mode,
      fc.array(fc.nat(60_000), { maxLength: 10 }),
      (bytes, checksum, places) => {
        const chunks = cutAt(Buffer.concat([bytes, Buffer.from('\r\n'), DSMR5]), places);
        expect(textsOf(frame(chunks, checksum)).at(-1)).toBe(DSMR5.toString('latin1', 0, DSMR5.length - 6));
      },
    ),
    { seed: 5, numRuns: 500 },
  );
});

test.each([
  '/',
  '/a',
  '/abcd\n',
  'x/abcdef\nx',
  '/abcd\n0-0:1.0.0(/abc/abc/abc)\n!0000\n',
  '(',
  '!',
  '\n!',
  '/abcd\r\n!',
])('a million of %j is passed over or rejected, each byte at most once', (text) => {
  const bytes = Buffer.alloc(1_000_000, text);
  const framer = new Framer({ source: 'meter', checksum: 'absent' });
  const lengths = cutEvery(64, bytes).flatMap((chunk) => framer.push(chunk, 0).map(({ raw }) => raw.length));
  const rejected = lengths.reduce((sum, length) => sum + length, 0);
  expect(lengths.every((length) => length <= LONGEST_TELEGRAM)).toBe(true);
  expect(rejected + framer.noiseBytes).toBeLessThanOrEqual(bytes.length);
});

function cutEvery(size: number, bytes: Buffer): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

test('every byte may stand in a value', () => {
  const value = fc
    .uint8Array({ maxLength: 300 })
    .map((bytes) => Buffer.from(bytes).toString('latin1'))
    // Only what ends a line, or ends the data behind a bracket, means something there.
    .map((text) => text.replaceAll(/[\r\n]|\)!/g, ''));
  fc.assert(
    fc.property(value, (text) => {
      const telegram = withChecksum(`/ISK5\\2M550T-1012\r\n\r\n0-0:96.13.0(${text})\r\n1-0:1.8.1(1*kWh)\r\n!`);
      expect(frame([telegram]).found.map(({ raw }) => raw)).toEqual([telegram]);
    }),
    { seed: 6, numRuns: 2000 },
  );
  const all = Array.from({ length: 256 }, (_, byte) => (byte === 10 || byte === 13 ? '' : String.fromCharCode(byte)));
  expect(textsOf(frame([withChecksum(`/ISK5\r\n\r\n0-0:96.13.0(${all.join('')})\r\n!`)]))).toHaveLength(1);
});

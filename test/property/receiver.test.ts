import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encryptor } from '../../src/simulator/encrypt.ts';
import { readChecksum } from '../../src/telegram/checksum.ts';
import { Decryption } from '../../src/telegram/decryption.ts';
import { Framer, LONGEST_TELEGRAM } from '../../src/telegram/framer.ts';
import { Receiver, type Received } from '../../src/telegram/receiver.ts';
import { cutAt, fixture } from '../support/telegrams.ts';

const KEY = '000102030405060708090A0B0C0D0E0F';
const AUTHENTICATION_KEY = '00112233445566778899AABBCCDDEEFF';
const PLAIN = fixture('derived/nl-dsmr-5.0.2-recrc.txt');
const AIDON = fixture('se-aidon-6560.txt');
const encrypt = encryptor(KEY, AUTHENTICATION_KEY);
const FRAMES = [PLAIN, AIDON, PLAIN].map(encrypt);
const SENT = new Set([PLAIN, AIDON].map(textOf));

type Tag = 'required' | 'optional';
const decryptionWith = (tag: Tag) => new Decryption({ key: KEY, authenticationKey: AUTHENTICATION_KEY, tag });

interface Outcome {
  readonly found: readonly Received[];
  readonly noiseBytes: number;
}

function receive(chunks: readonly Uint8Array[], decryption: Decryption | undefined): Outcome {
  const receiver = new Receiver({ source: 'meter', checksum: 'required', decryption });
  const found = [...chunks.flatMap((chunk) => receiver.push(chunk, 0)), ...receiver.idle(Infinity)];
  return { found, noiseBytes: receiver.noiseBytes };
}

/** From `/` to `!`, as the meter sent it: what a checksum vouches for. */
function textOf(raw: Buffer): string {
  return readChecksum(raw).text.toString('latin1');
}

/** A line end behind four digits belongs to a plain telegram only where it came along. */
const withoutLineEnds = ({ found, noiseBytes }: Outcome): unknown => ({
  noiseBytes,
  found: found.map((item) => ({ ...item, raw: item.raw.toString('latin1').trimEnd() })),
});

const telegramsIn = ({ found }: Outcome): string[] =>
  found.filter((item) => 'checksum' in item).map(({ raw }) => textOf(raw));

/** Any bytes; and pieces of heads, which are worse. */
const noise = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc
    .array(fc.constantFrom(0xdb, 0x08, 0x53, 0x82, 0x00, 0x30, 0x2f, 0x0a, 0x21), { maxLength: 60 })
    .map((bytes) => Buffer.from(bytes)),
);
const whole = fc.constantFrom(...FRAMES, PLAIN, AIDON);
const piece = fc.oneof(
  noise,
  whole,
  fc.tuple(whole, fc.nat(2_000), fc.nat(2_000)).map(([bytes, from, to]) => bytes.subarray(from % bytes.length, to)),
);
const stream = fc.array(piece, { maxLength: 8 }).map((pieces) => Buffer.concat(pieces));
const decryption = fc.constantFrom<Tag | undefined>('required', 'optional', undefined);
const places = fc.array(fc.nat(10_000), { maxLength: 40 });

test('where chunks end does not matter', () => {
  fc.assert(
    fc.property(stream, decryption, places, (bytes, tag, cuts) => {
      const keys = () => tag && decryptionWith(tag);
      expect(withoutLineEnds(receive(cutAt(bytes, cuts), keys()))).toEqual(withoutLineEnds(receive([bytes], keys())));
    }),
    { seed: 11, numRuns: 1000 },
  );
});

test('bytes one at a time are no different', () => {
  const bytes = Buffer.concat([FRAMES[0]!.subarray(100), FRAMES[1]!, PLAIN, FRAMES[2]!.subarray(0, 500), FRAMES[0]!]);
  for (const tag of ['required', undefined] as const) {
    const keys = () => tag && decryptionWith(tag);
    const ones = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(withoutLineEnds(receive(ones, keys()))).toEqual(withoutLineEnds(receive([bytes], keys())));
  }
});

test('no single flipped bit gives a telegram where the tag is required, nor another one where it is optional', () => {
  const frame = FRAMES[1]!;
  for (let bit = 0; bit < frame.length * 8; bit++) {
    const flipped = Buffer.from(frame);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    expect(telegramsIn(receive([flipped], decryptionWith('required')))).toEqual([]);
    for (const text of telegramsIn(receive([flipped], decryptionWith('optional')))) expect(SENT).toContain(text);
  }
});

test('whatever run of bytes is lost, only what the meter sent comes out, and never the frame that lost them', () => {
  const bytes = Buffer.concat([...FRAMES, ...FRAMES]);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 3_000 }), (from, length) => {
      const left = Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + length)]);
      const telegrams = telegramsIn(receive([left], decryptionWith('required')));
      for (const text of telegrams) expect(SENT).toContain(text);
      expect(telegrams).toHaveLength(wholeFrames(from, length));
    }),
    { seed: 12, numRuns: 2000 },
  );
});

/** How many of the six frames lose nothing where this run of bytes is lost. */
function wholeFrames(from: number, length: number): number {
  let begin = 0;
  return [...FRAMES, ...FRAMES].filter((frame) => {
    const end = begin + frame.length;
    const isWhole = end <= from || begin >= from + length;
    begin = end;
    return isWhole;
  }).length;
}

test('without a key and without frames all is as from the framer alone', () => {
  const plain = fc.oneof(
    fc.constantFrom(PLAIN, AIDON),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(fc.array(plain, { maxLength: 6 }), places, (pieces, cuts) => {
      const chunks = cutAt(Buffer.concat(pieces), cuts);
      const framer = new Framer({ source: 'meter', checksum: 'required' });
      const found = [...chunks.flatMap((chunk) => framer.push(chunk, 0)), ...framer.idle(Infinity)];
      const expected = { found, noiseBytes: framer.noiseBytes };
      expect(withoutLineEnds(receive(chunks, undefined))).toEqual(withoutLineEnds(expected));
    }),
    { seed: 13, numRuns: 1000 },
  );
});

test.each(['\xdb', '\xdb\x08', '\xdb\x08SAG', '\xdb\x08SAG\0\0\0\0\0\x82\x20\0\x30', '/ABC', '\xdb/ABC/', 'x'])(
  'two hundred thousand bytes of %j are passed over or rejected, each at most once, in little memory',
  (text) => {
    const bytes = Buffer.alloc(200_000, text, 'latin1');
    const { found, noiseBytes } = receive(cutAt(bytes, [1, 500, 70_000, 70_001]), decryptionWith('required'));
    expect(found.every(({ raw }) => raw.length <= LONGEST_TELEGRAM)).toBe(true);
    expect(found.reduce((sum, { raw }) => sum + raw.length, noiseBytes)).toBeLessThanOrEqual(bytes.length);
  },
);

import { describe, expect, test, vi } from 'vitest';
import { encryptor } from '../../../src/simulator/encrypt.ts';
import { Decryption } from '../../../src/telegram/decryption.ts';
import { Receiver, type Received } from '../../../src/telegram/receiver.ts';
import { fixture } from '../../support/telegrams.ts';

const KEY = '000102030405060708090A0B0C0D0E0F';
const AUTHENTICATION_KEY = '00112233445566778899AABBCCDDEEFF';
const SMARTY = fixture('derived/lu-smarty-encrypted.bin');
const CLEAR = fixture('lu-smarty-1.1.3.txt');
const PLAIN = fixture('derived/nl-dsmr-5.0.2-recrc.txt');
const encrypt = encryptor(KEY, AUTHENTICATION_KEY);
const FRAMES = [encrypt(CLEAR), encrypt(PLAIN), encrypt(CLEAR)] as const;
const [FIRST, SECOND, THIRD] = FRAMES;

const receiverWith = (key?: string, tag: 'required' | 'optional' = 'required'): Receiver => {
  const decryption =
    key === undefined ? undefined : new Decryption({ key, authenticationKey: AUTHENTICATION_KEY, tag });
  return new Receiver({ source: 'meter', checksum: 'required', decryption });
};

/** What a stream gives from its first byte to its end: the length of each telegram, or why it is none. */
function receive(receiver: Receiver, ...chunks: Uint8Array[]): (number | string)[] {
  const found = [...chunks.flatMap((chunk) => receiver.push(chunk, 0)), ...receiver.idle(Infinity)];
  return found.map((item) => ('reason' in item ? item.reason : item.raw.length));
}

const lost = (frame: Buffer, from: number, count: number): Buffer =>
  Buffer.concat([frame.subarray(0, from), frame.subarray(from + count)]);

describe('with the key', () => {
  test('a frame gives the telegram in it, as the meter printed it, at the time and place of the first byte', () => {
    const receiver = receiverWith(KEY);
    expect(receiver.push(Buffer.from('\r\n'), 1_000)).toEqual([]);
    expect(receiver.push(SMARTY.subarray(0, 900), 2_000)).toEqual([]);
    expect(receiver.push(SMARTY.subarray(900), 2_100)).toEqual([
      {
        source: 'meter',
        receivedAt: new Date(2_000),
        raw: CLEAR,
        checksum: 'valid',
        offset: 2,
        encryption: { tag: 'verified', counter: 42, isReplayed: false },
      },
    ]);
    expect(receiver.noiseBytes).toBe(0);
  });

  test.each([1, 2, 13, 14, 15, 62, 1518, 4000])('chunks of %i bytes make no difference', (size) => {
    const bytes = Buffer.concat([FIRST, SECOND, PLAIN, THIRD]);
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    );
    // A line end behind four digits belongs to a plain telegram only where it came along.
    const withoutLineEnd = PLAIN.length - 2;
    const outcomes = receive(receiverWith(KEY), ...chunks);
    expect(outcomes.map((outcome) => (outcome === PLAIN.length ? withoutLineEnd : outcome))).toEqual([
      1489,
      withoutLineEnd,
      withoutLineEnd,
      1489,
    ]);
  });

  test('a place in the stream counts the bytes that came, not those that were in them', () => {
    const bytes = Buffer.concat([PLAIN, FIRST, SECOND, PLAIN, THIRD]);
    const found = receiverWith(KEY).push(bytes, 0);
    const lengths = [PLAIN, FIRST, SECOND, PLAIN].map(({ length }) => length);
    const places = [0, ...lengths.map((_, index) => lengths.slice(0, index + 1).reduce((sum, one) => sum + one, 0))];
    expect(found.map(({ offset }) => offset)).toEqual(places);
  });

  test('noise before, between and behind frames is counted, and costs none of them', () => {
    const receiver = receiverWith(KEY);
    const noise = Buffer.from([0xdb, 0x08, 0x53, 0x41, 0xff, 0x2f, 0x41, 0xdb]);
    expect(receive(receiver, noise, FIRST, noise, SECOND, noise)).toEqual([1489, PLAIN.length]);
    expect(receiver.noiseBytes).toBe(24);
  });

  test('the rest of a frame that was under way at the beginning is passed over', () => {
    for (const from of [1, 5, 13, 14, 700, 1518])
      expect(receive(receiverWith(KEY), FIRST.subarray(from), SECOND)).toEqual([PLAIN.length]);
  });

  test.each([
    ['in its head', 12, 1],
    ['in its middle', 700, 1],
    ['a whole chunk', 700, 62],
    ['at its end', 1500, 19],
    ['all but its head', 20, 1499],
  ])('a frame that lost bytes %s costs itself only', (where, from, count) => {
    const receiver = receiverWith(KEY);
    const outcomes = receive(receiver, lost(FIRST, from, count), SECOND, PLAIN);
    expect(outcomes).toEqual([...(where === 'in its head' ? [] : ['truncated']), PLAIN.length, PLAIN.length]);
  });

  test('a frame whose rest never comes is truncated after a silence, and the next one is read', () => {
    const receiver = receiverWith(KEY);
    receiver.push(FIRST.subarray(0, 900), 0);
    expect(receiver.idle(2_999)).toEqual([]);
    expect(receiver.idle(3_000)).toMatchObject([{ reason: 'truncated', raw: FIRST.subarray(0, 900), offset: 0 }]);
    expect(receive(receiver, SECOND)).toEqual([PLAIN.length]);
  });

  test('a plain telegram behind a frame that was cut is not lost with it', () => {
    expect(receive(receiverWith(KEY), FIRST.subarray(0, 300), PLAIN, SECOND)).toEqual([
      'truncated',
      PLAIN.length,
      PLAIN.length,
    ]);
  });

  test('a telegram that breaks off where a frame begins is truncated', () => {
    expect(receive(receiverWith(KEY), PLAIN.subarray(0, 300), FIRST)).toEqual(['truncated', 1489]);
  });

  test('a frame that came whole and does not open is rejected by that name, with its bytes', () => {
    const found = receiverWith(`${KEY.slice(0, -1)}E`).push(Buffer.concat([SMARTY, SMARTY]), 0);
    expect(found).toEqual([
      { reason: 'decryption', raw: SMARTY, offset: 0 },
      { reason: 'decryption', raw: SMARTY, offset: 1519 },
    ]);
  });

  test('what is in a frame must be a telegram, too', () => {
    const wrong = Buffer.from(PLAIN);
    wrong[200]! ^= 1;
    expect(receive(receiverWith(KEY), encrypt(wrong), FIRST)).toEqual(['checksum', 1489]);
  });

  test('a telegram in a frame never goes on in the next one', () => {
    const halves = [encrypt(PLAIN.subarray(0, 500)), encrypt(PLAIN.subarray(500))];
    expect(receive(receiverWith(KEY), ...halves, FIRST)).toEqual(['truncated', 1489]);
  });

  test('a length beyond all telegrams is no frame: nothing waits for it', () => {
    const long = Buffer.from(FIRST);
    long.writeUInt16BE(8_193, 11);
    const receiver = receiverWith(KEY);
    expect(receive(receiver, long.subarray(0, 40), SECOND)).toEqual([PLAIN.length]);
    expect(receiver.noiseBytes).toBeGreaterThan(20);
  });

  test('a length that swallows the next frames gives them back', () => {
    const long = Buffer.from(FIRST);
    long.writeUInt16BE(3_500, 11);
    expect(receive(receiverWith(KEY), long, SECOND, THIRD, PLAIN)).toEqual([
      'truncated',
      PLAIN.length,
      1489,
      PLAIN.length,
    ]);
  });

  test('heads without end, that each say that 8 kB follow, are not each opened', () => {
    const head = Buffer.from('db08534147000000000082200030', 'hex');
    const decryption = new Decryption({ key: KEY, authenticationKey: AUTHENTICATION_KEY, tag: 'required' });
    const open = vi.spyOn(decryption, 'open');
    const receiver = new Receiver({ source: 'meter', checksum: 'required', decryption });
    const found = receive(receiver, Buffer.alloc(20_000 * head.length, head), FIRST, SECOND);
    // The two frames, and four more before it is clear that the heads are of no meter.
    expect(open).toHaveBeenCalledTimes(6);
    expect(found.slice(-2)).toEqual([CLEAR.length, PLAIN.length]);
    expect(found).toHaveLength(20_002);
  });

  test('a line that cuts frame after frame loses no other one', () => {
    const cut = lost(FIRST, 700, 10);
    const found = receive(receiverWith(KEY), ...Array.from({ length: 6 }, () => cut), SECOND, cut, THIRD);
    expect(found.filter((item) => item !== 'truncated')).toEqual([PLAIN.length, CLEAR.length]);
  });

  test('a replayed frame is taken, and marked', () => {
    const marks = (found: readonly Received[]) => found.map(({ encryption }) => encryption?.isReplayed);
    expect(marks(receiverWith(KEY).push(Buffer.concat([SMARTY, SMARTY]), 0))).toEqual([false, true]);
  });

  test('a meter that sends plain telegrams only is read as ever', () => {
    const receiver = receiverWith(KEY);
    expect(receive(receiver, PLAIN.subarray(700), PLAIN, PLAIN)).toEqual([PLAIN.length, PLAIN.length]);
  });
});

describe('without a key', () => {
  test('an encrypted frame is rejected by that name, and plain telegrams beside it are read', () => {
    expect(receive(receiverWith(), PLAIN, FIRST, PLAIN, SECOND)).toEqual([
      PLAIN.length,
      'encrypted',
      PLAIN.length,
      'encrypted',
    ]);
  });

  test('plain bytes come out as from the framer, whatever they are', () => {
    const dirty = fixture('derived/stream-dirty-1.bin');
    const expected = JSON.parse(fixture('derived/stream-dirty-1.expected.json').toString()) as {
      validInOrder: string[];
    };
    const outcomes = receive(receiverWith(), dirty);
    expect(outcomes.filter((outcome) => typeof outcome === 'number')).toHaveLength(expected.validInOrder.length);
  });
});

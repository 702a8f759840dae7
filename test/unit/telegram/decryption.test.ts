import { describe, expect, test } from 'vitest';
import { Decryption, type DecryptionSettings } from '../../../src/telegram/decryption.ts';
import { readFrame, readHead } from '../../../src/telegram/encrypted-frame.ts';
import { encryptor } from '../../../src/simulator/encrypt.ts';
import { fixture, withChecksum } from '../../support/telegrams.ts';

const SMARTY = fixture('derived/lu-smarty-encrypted.bin');
const CLEAR = fixture('lu-smarty-1.1.3.txt').toString('latin1');
const LUXEMBOURG: DecryptionSettings = {
  key: '000102030405060708090A0B0C0D0E0F',
  authenticationKey: '00112233445566778899AABBCCDDEEFF',
  tag: 'required',
};

/*
 * Made by hand of the telegram below. Ciphertext: openssl enc -aes-128-ctr, counter block = title, frame counter, 00000002.
 * Tag: GHASH bit by bit from NIST SP 800-38D, its key and mask by openssl enc -aes-128-ecb, over 30 and the authentication key.
 */
const HAND = {
  key: '2b7e151628aed2a6abf7158809cf4f3c',
  authenticationKey: 'f0e0d0c0b0a090807060504030201000',
  clear: '/TST5\\1\r\n\r\n1-3:0.2.8(42)\r\n!118C\r\n',
  title: '5341470102030405',
  counter: '00000100',
  cipherText: '95cf6c6eefadeb30809aa0176a0d8f32e3111111f970a66940f8d32495e4f75eb8',
  tag: 'a73ef547f64ce6e1ef9d9df2',
} as const;
const hex = (...parts: string[]): Buffer => Buffer.from(parts.join(''), 'hex');
const sealed = (length: string): Buffer =>
  hex('db08', HAND.title, length, '30', HAND.counter, HAND.cipherText, HAND.tag);

function open(frame: Buffer, decryption: Decryption) {
  const head = readHead(frame);
  if (head === undefined || head === 'open') throw new Error('no head');
  const opened = decryption.open(readFrame(frame, head));
  return opened && { clear: opened.clear.toString('latin1'), ...opened.encryption };
}

const flipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 0x01;
  return copy;
};

describe('the head of a frame', () => {
  test('is read where each part stands', () => {
    expect(readHead(SMARTY)).toEqual({ security: 0x30, securityAt: 13, length: 1519 });
    expect(readFrame(SMARTY, { security: 0x30, securityAt: 13, length: 1519 })).toMatchObject({
      systemTitle: hex('5341470112345678'),
      counter: 42,
      tag: hex('0DD82EAFBF0AA98F3C46CE99'),
    });
  });

  test.each([
    ['32', { security: 0x30, securityAt: 11, length: 61 }],
    ['8132', { security: 0x30, securityAt: 12, length: 62 }],
    ['820032', { security: 0x30, securityAt: 13, length: 63 }],
  ])('takes a length of %s', (length, head) => {
    expect(readHead(sealed(length))).toEqual(head);
    const keys = { ...HAND, tag: 'required' } as const;
    expect(open(sealed(length), new Decryption(keys))).toMatchObject({ clear: HAND.clear, tag: 'verified' });
  });

  test.each([
    ['another tag', 'dc085341470112345678820100300000002a'],
    ['a title of another length', 'db095341470112345678820100300000002a'],
    ['a title without letters', 'db083141470112345678820100300000002a'],
    ['a length of three bytes', 'db08534147011234567883000100300000002a'],
    ['a length that leaves no telegram', 'db085341470112345678820011300000002a'],
    ['a length beyond all telegrams', 'db085341470112345678822001300000002a'],
    ['another security', 'db085341470112345678820100310000002a'],
  ])('is none with %s', (_, bytes) => {
    expect(readHead(hex(bytes))).toBeUndefined();
  });

  test('is open as long as it may become one', () => {
    for (let length = 0; length < 14; length++) expect(readHead(SMARTY.subarray(0, length))).toBe('open');
    expect(readHead(SMARTY.subarray(0, 14))).toMatchObject({ length: 1519 });
  });
});

describe('with the tag required', () => {
  test('a frame of the specification opens', () => {
    const opened = open(SMARTY, new Decryption(LUXEMBOURG));
    expect(opened).toEqual({ clear: CLEAR, tag: 'verified', counter: 42, isReplayed: false });
  });

  test('one made by hand opens, with an authentication key of its own', () => {
    const opened = open(sealed('32'), new Decryption({ ...HAND, tag: 'required' }));
    expect(opened).toEqual({ clear: HAND.clear, tag: 'verified', counter: 256, isReplayed: false });
  });

  test.each([
    ['another key', SMARTY, { key: '000102030405060708090A0B0C0D0E0E' }],
    ['another authentication key', SMARTY, { authenticationKey: HAND.authenticationKey }],
    ['a changed tag', flipped(SMARTY, 1518), {}],
    ['a changed byte', flipped(SMARTY, 700), {}],
    ['a changed counter', flipped(SMARTY, 17), {}],
  ])('nothing opens with %s', (_, frame, keys) => {
    expect(open(frame, new Decryption({ ...LUXEMBOURG, ...keys }))).toBeUndefined();
  });

  test('a frame without a tag does not open', () => {
    expect(open(withoutTag(), new Decryption({ ...HAND, tag: 'required' }))).toBeUndefined();
  });
});

describe('with an optional tag', () => {
  const optional = { ...LUXEMBOURG, tag: 'optional' } as const;

  test.each([
    ['the right tag', SMARTY, {}, 'verified'],
    ['another authentication key', SMARTY, { authenticationKey: HAND.authenticationKey }, 'unverified'],
    ['a changed tag', flipped(SMARTY, 1518), {}, 'unverified'],
  ])('with %s the telegram comes out', (_, frame, keys, tag) => {
    expect(open(frame, new Decryption({ ...optional, ...keys }))).toMatchObject({ clear: CLEAR, tag });
  });

  test.each([
    ['another key', SMARTY, { key: '000102030405060708090A0B0C0D0E0E' }],
    ['a changed byte, which the CRC16 inside shows', flipped(SMARTY, 700), {}],
    ['a changed counter', flipped(SMARTY, 17), {}],
  ])('nothing comes out with %s', (_, frame, keys) => {
    expect(open(frame, new Decryption({ ...optional, ...keys }))).toBeUndefined();
  });

  test('a frame without a tag opens by its CRC16', () => {
    const opened = open(withoutTag(), new Decryption({ ...HAND, tag: 'optional' }));
    expect(opened).toMatchObject({ clear: HAND.clear, tag: 'unverified' });
  });

  test('a telegram without a CRC16 proves nothing', () => {
    const bare = encryptor(
      LUXEMBOURG.key,
      HAND.authenticationKey,
    )(Buffer.from('/TST5\\1\r\n\r\n1-3:0.2.8(42)\r\n!\r\n'));
    expect(open(bare, new Decryption(optional))).toBeUndefined();
  });
});

function withoutTag(): Buffer {
  // 26 bytes: security 20, the counter, 33 of telegram.
  return hex('db08', HAND.title, '26', '20', HAND.counter, HAND.cipherText);
}

test('a counter that does not grow is a replay; one that leaps or is of another meter is none', () => {
  const decryption = new Decryption(LUXEMBOURG);
  const telegram = withChecksum('/TST5\\1\r\n\r\n1-3:0.2.8(42)\r\n!');
  const numbered = (counter: number, title?: string) =>
    encryptor(LUXEMBOURG.key, LUXEMBOURG.authenticationKey, title === undefined ? undefined : hex(title), counter);
  const seen = (frame: Buffer) => open(frame, decryption)?.isReplayed;
  expect(seen(numbered(7)(telegram))).toBe(false);
  expect(seen(numbered(8)(telegram))).toBe(false);
  expect(seen(numbered(8)(telegram))).toBe(true);
  expect(seen(numbered(900)(telegram))).toBe(false);
  expect(seen(numbered(0)(telegram))).toBe(true);
  expect(seen(numbered(1)(telegram))).toBe(false);
  expect(seen(numbered(1, HAND.title)(telegram))).toBe(false);
});

test('the simulator encrypts as the specification says: byte for byte the frame made elsewhere', () => {
  const { key, authenticationKey } = LUXEMBOURG;
  const encrypt = encryptor(key, authenticationKey, hex('5341470112345678'), 42);
  expect(encrypt(Buffer.from(CLEAR, 'latin1')).toString('hex')).toBe(SMARTY.toString('hex'));
});

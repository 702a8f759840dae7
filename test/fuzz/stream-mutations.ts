import { encryptor } from '../../src/simulator/encrypt.ts';
import { printCrc, naiveCrc16 } from '../support/telegrams.ts';
import type { Chance } from './chance.ts';

/** Changes the bytes of a line in one way; `others` are telegrams that may come before or behind. */
export type StreamMutation = (bytes: Buffer, chance: Chance, others: readonly Buffer[]) => Buffer;

/** Of no meter. */
export const KEYS = { key: '00112233445566778899aabbccddeeff', authenticationKey: 'ffeeddccbbaa99887766554433221100' };

const NOISE = '\0\xff/!()\r\nA1 ';

const without = (bytes: Buffer, from: number, length: number): Buffer =>
  Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + length)]);

const insert = (bytes: Buffer, at: number, more: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);

const change = (bytes: Buffer, edit: (copy: Buffer) => void): Buffer => {
  const copy = Buffer.from(bytes);
  if (copy.length > 0) edit(copy);
  return copy;
};

const replace = (bytes: Buffer, from: string, to: string): Buffer =>
  Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1');

/** Bit 7 set where the other seven have an odd number of ones: even parity, read as 8N1. */
const withParity = (byte: number): number => {
  const ones = (byte & 0x7f).toString(2).replaceAll('0', '').length;
  return (byte & 0x7f) | (ones % 2 === 1 ? 0x80 : 0);
};

/** By name; each is as likely as the others. */
export const STREAM_MUTATIONS: Readonly<Record<string, StreamMutation>> = {
  nothing: (bytes) => bytes,
  another: (bytes, { oneOf }, others) => Buffer.concat([bytes, oneOf(others)]),
  twice: (bytes) => Buffer.concat([bytes, bytes]),
  headBefore: (bytes, { below, oneOf }, others) => {
    const head = oneOf(others);
    return Buffer.concat([head.subarray(0, below(head.length)), bytes]);
  },
  cut: (bytes, { below }) => bytes.subarray(0, below(bytes.length)),
  begunLate: (bytes, { below }, others) => Buffer.concat([bytes.subarray(below(bytes.length)), ...others.slice(0, 1)]),
  loseRun: (bytes, { below }) => without(bytes, below(bytes.length), below(200)),
  flipBits: (bytes, { below }) =>
    change(bytes, (copy) => {
      for (let count = 1 + below(4); count > 0; count--) copy[below(copy.length)]! ^= 1 << below(8);
    }),
  otherBytes: (bytes, { below }) => change(bytes, (copy) => copy.fill(below(256), below(copy.length))),
  noise: (bytes, { below }) =>
    insert(
      bytes,
      below(bytes.length),
      Buffer.from(Array.from({ length: below(60) }, () => NOISE.charCodeAt(below(11)))),
    ),
  fillers: (bytes, { below }) => insert(bytes, below(bytes.length), Buffer.alloc(below(2_000), 0xff)),
  nuls: (bytes, { below }) => insert(bytes, below(bytes.length), Buffer.alloc(below(20))),
  feedsOnly: (bytes) => replace(bytes, '\r\n', '\n'),
  returnsOnly: (bytes) => replace(bytes, '\r\n', '\r'),
  encrypted: (bytes) => encryptor(KEYS.key, KEYS.authenticationKey)(bytes),
  otherKey: (bytes) => encryptor(KEYS.authenticationKey, KEYS.key)(bytes),
  sevenBits: (bytes) => Buffer.from(bytes.map(withParity)),
};

/** How a telegram ends: its text with what stands behind the `!`. */
export const ENDS: Readonly<Record<string, (text: Buffer, chance: Chance) => string>> = {
  right: (text) => `${printCrc(naiveCrc16(text))}\r\n`,
  small: (text) => `${naiveCrc16(text).toString(16)}\r\n`,
  withoutLineEnd: (text) => printCrc(naiveCrc16(text)),
  bare: () => '\r\n',
  wrong: (_, { below }) => `${printCrc(below(0x10000))}\r\n`,
  none: () => '',
};

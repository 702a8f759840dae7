import { beforeEach, expect, test } from 'vitest';
import { NoTelegram, Patience } from '../../../src/sources/no-telegram.ts';
import { Framer } from '../../../src/telegram/framer.ts';
import { buildTelegram } from '../../support/telegrams.ts';

const SECOND = 1_000;
const TELEGRAM = buildTelegram('/TST5\\1', ['1-0:1.8.1(000001.000*kWh)']);
const DAMAGED = Buffer.from(TELEGRAM).fill('9', 25, 30);
const NULS = Buffer.alloc(100);
const STUCK =
  'what comes looks like a line that is stuck low: only 0x00 bytes; pull the cable out of the meter for a minute, then try another cable';

let patience: Patience;
let framer: Framer;
beforeEach(() => {
  patience = new Patience(60 * SECOND, 0);
  framer = new Framer({ source: 'meter', checksum: 'required' });
});

test('bytes without a telegram for a minute are told by what they look like', () => {
  for (let second = 1; second < 60; second++) take(NULS, second);
  expect(() => take(NULS, 60)).toThrow(new NoTelegram(STUCK));
});

test('each telegram begins the minute anew', () => {
  for (let second = 1; second < 300; second++) take(second % 50 === 0 ? TELEGRAM : NULS, second);
  for (let second = 300; second < 310; second++) take(NULS, second);
  expect(() => take(NULS, 310)).toThrow(STUCK);
});

test('telegrams that are all rejected are told by their reasons, and not here', () => {
  for (let second = 1; second < 300; second++) take(DAMAGED, second);
  patience.atEnd(unexpected);
});

test('what came before the last telegram is not what the line looks like', () => {
  take(TELEGRAM, 1);
  for (let second = 2; second < 61; second++) take(NULS, second);
  expect(() => take(NULS, 61)).toThrow(STUCK);
});

test('a connection that ends sooner is told of where much came, and not for the rest of a telegram', () => {
  take(TELEGRAM.subarray(10), 1);
  patience.atEnd(unexpected);
  for (let second = 2; second < 30; second++) take(NULS, second);
  const told: string[] = [];
  patience.atEnd((trouble) => told.push(trouble));
  expect(told).toHaveLength(1);
});

test('a capture of whole telegrams ends without a word, however large its pieces are', () => {
  const piece = Buffer.concat([...Array<Buffer>(100).fill(TELEGRAM), TELEGRAM.subarray(0, 20)]);
  take(piece, 1);
  patience.atEnd(unexpected);
});

test('a capture may take as long as it likes', () => {
  patience = new Patience(Infinity, 0);
  take(NULS, 3_600);
});

function take(bytes: Buffer, second: number): void {
  patience.saw(framer.push(bytes, second * SECOND), second * SECOND);
  patience.took(bytes, second * SECOND);
}

function unexpected(trouble: string): void {
  throw new Error(`told of: ${trouble}`);
}

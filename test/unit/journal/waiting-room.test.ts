import { expect, test } from 'vitest';
import { WaitingRoom } from '../../../src/journal/waiting-room.ts';
import type { Telegram } from '../../../src/telegram/telegram.ts';

const MEGABYTE = 1_000_000;
const ALL = { count: Infinity, bytes: Infinity };

function telegram(n: number, bytes = 1, source = 'house'): Telegram {
  return { source, receivedAt: new Date(n), checksum: 'valid', raw: Buffer.alloc(bytes) };
}
const numbersOf = (telegrams: readonly Telegram[]) => telegrams.map(({ receivedAt }) => receivedAt.getTime());

function open() {
  const lost: string[] = [];
  return { room: new WaitingRoom(({ source }) => lost.push(source)), lost };
}

test('the oldest are taken first, so many or so many bytes at a time, but always one', () => {
  const { room } = open();
  for (const n of [1, 2, 3, 4, 5]) room.add(telegram(n, 100));
  expect(numbersOf(room.take({ count: 2, bytes: 1_000 }))).toEqual([1, 2]);
  expect(numbersOf(room.take({ count: 9, bytes: 150 }))).toEqual([3]);
  expect(numbersOf(room.take({ count: 9, bytes: 10 }))).toEqual([4]);
  expect(numbersOf(room.take(ALL))).toEqual([5]);
  expect(room.take(ALL)).toEqual([]);
});

test('what is put back is the oldest again', () => {
  const { room } = open();
  for (const n of [1, 2, 3]) room.add(telegram(n));
  const taken = room.take({ count: 2, bytes: 100 });
  room.add(telegram(4));
  room.putBack(taken);
  expect(numbersOf(room.take(ALL))).toEqual([1, 2, 3, 4]);
});

test('over 4 MB the oldest are lost, counted by source, and the newest never', () => {
  const { room, lost } = open();
  room.add(telegram(1, MEGABYTE, 'barn'));
  for (const n of [2, 3, 4]) room.add(telegram(n, MEGABYTE));
  expect(lost).toEqual([]);
  room.add(telegram(5, 1));
  expect(lost).toEqual(['barn']);
  const taken = room.take({ count: 1, bytes: 1 });
  room.add(telegram(6, 2 * MEGABYTE - 1));
  expect(lost).toEqual(['barn']);
  room.putBack(taken);
  expect(lost).toEqual(['barn', 'house']);
  expect(numbersOf(room.take(ALL))).toEqual([3, 4, 5, 6]);
});

test('a source that can wait is let go on once half of the room is free', async () => {
  const { room } = open();
  const signal = new AbortController().signal;
  await room.room(signal);
  for (const n of [1, 2, 3]) room.add(telegram(n, MEGABYTE));
  let free = false;
  const waiting = room.room(signal).then(() => (free = true));
  await Promise.resolve();
  expect(free).toBe(false);
  room.take({ count: 1, bytes: 1 });
  await waiting;
});

test('a stop ends the wait for room', async () => {
  const { room } = open();
  const stop = new AbortController();
  for (const n of [1, 2, 3]) room.add(telegram(n, MEGABYTE));
  const waiting = room.room(stop.signal);
  stop.abort();
  await waiting;
});

test('what waits when nothing can be written any more is lost, counted', () => {
  const { room, lost } = open();
  for (const n of [1, 2, 3]) room.add(telegram(n));
  expect([room.abandon(), room.count, lost]).toEqual([new Map([['house', 3]]), 0, []]);
});

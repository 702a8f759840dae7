import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BurstPredictor } from '../../../src/serial/burst.ts';

// A byte takes 10 bits: 115200 baud are 11.52 bytes a millisecond, so the 1,071 bytes of the telegram that
// DSMR 5.0.2 prints as its example take 93.0 ms, and all but the last 128 bytes 81.8 ms.
const TELEGRAM_BYTES = 1_071;
const SECOND = 1_000;

describe('a meter that sends a telegram a second', () => {
  test('nothing is rested for before two telegrams have told the length', () => {
    const predictor = new BurstPredictor(115_200);
    expect(predictor.rest(0)).toBe(0);
    send(predictor, 0, TELEGRAM_BYTES);
    expect(predictor.rest(1 * SECOND)).toBe(0);
  });

  test('from then on the rest ends when the last two packets of an adapter are still to come', () => {
    const predictor = learned(115_200, TELEGRAM_BYTES);
    expect(predictor.rest(10 * SECOND)).toBe(81);
  });

  test('what comes after that rest is read at once', () => {
    const predictor = learned(115_200, TELEGRAM_BYTES);
    const ms = predictor.rest(10 * SECOND);
    predictor.took(940, 10 * SECOND + ms);
    expect(predictor.rest(10 * SECOND + ms + 5)).toBe(0);
    predictor.took(64, 10 * SECOND + ms + 5);
    expect(predictor.rest(10 * SECOND + ms + 11)).toBe(0);
  });

  test('one long telegram (a text message) delays none after it', () => {
    const predictor = learned(115_200, TELEGRAM_BYTES);
    send(predictor, 10 * SECOND, 3_000);
    expect(predictor.rest(11 * SECOND)).toBe(81);
  });
});

test('a slow line is rested for in its own time: 625 bytes at 9600 baud take 651 ms', () => {
  expect(learned(9_600, 625).rest(100 * SECOND)).toBe(517);
});

test('a rest never lets more gather than fits in the kernel, then goes on', () => {
  const predictor = learned(115_200, 8_000);
  expect(predictor.rest(10 * SECOND)).toBe(266);
  predictor.took(3_072, 10 * SECOND + 266);
  expect(predictor.rest(10 * SECOND + 267)).toBe(266);
});

test('an adapter that delivers faster than its baud rate is soon not kept waiting', () => {
  const predictor = learned(115_200, TELEGRAM_BYTES);
  const rests = Array.from({ length: 8 }, (_, telegram) => {
    const at = (10 + telegram) * SECOND;
    const ms = predictor.rest(at);
    predictor.took(TELEGRAM_BYTES, at + ms);
    return ms;
  });
  expect(rests).toEqual([81, 40, 20, 10, 0, 0, 0, 0]);
});

test('and rested for again when telegrams come in pieces', () => {
  const predictor = learned(115_200, TELEGRAM_BYTES);
  predictor.rest(10 * SECOND);
  predictor.took(TELEGRAM_BYTES, 10 * SECOND + 81);
  expect(predictor.rest(11 * SECOND)).toBe(40);
  send(predictor, 11 * SECOND + 40, TELEGRAM_BYTES);
  expect(predictor.rest(12 * SECOND)).toBe(81);
});

test('a line that never pauses is read as it comes', () => {
  const predictor = learned(115_200, TELEGRAM_BYTES);
  predictor.rest(10 * SECOND);
  for (let ms = 100; ms < 5_000; ms += 6) {
    predictor.took(64, 10 * SECOND + ms);
    expect(predictor.rest(10 * SECOND + ms + 5)).toBe(0);
  }
});

test('whatever happens, a rest is whole milliseconds in which 4096 bytes cannot come', () => {
  const step = fc.record({ afterMs: fc.nat(3_000), bytes: fc.nat(16_384) });
  fc.assert(
    fc.property(fc.constantFrom(300, 9_600, 115_200, 921_600), fc.array(step), (baudRate, steps) => {
      const predictor = new BurstPredictor(baudRate);
      let now = 0;
      for (const { afterMs, bytes } of steps) {
        now += afterMs;
        const ms = predictor.rest(now);
        expect(Number.isInteger(ms) && ms >= 0).toBe(true);
        expect((ms * baudRate) / 10_000).toBeLessThan(4_096);
        now += ms;
        predictor.took(bytes, now);
      }
    }),
    { seed: 2 },
  );
});

/** A predictor that has seen three bursts of that length, the last of them in the second before 10 s. */
function learned(baudRate: number, bytes: number): BurstPredictor {
  const predictor = new BurstPredictor(baudRate);
  for (const second of [-30, -20, 7]) send(predictor, second * SECOND, bytes);
  return predictor;
}

/** Takes a burst in pieces of 64 bytes. */
function send(predictor: BurstPredictor, atMs: number, bytes: number): void {
  for (let sent = 0; sent < bytes; sent += 64) {
    predictor.rest(atMs + sent / 100);
    predictor.took(Math.min(64, bytes - sent), atMs + sent / 100);
  }
}

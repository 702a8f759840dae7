import { expect, test } from 'vitest';
import { Progress } from '../../../src/outbox/progress.ts';

function start() {
  const clock = { ms: 5_000_000 };
  const progress = new Progress(() => clock.ms);
  /** So many letters go and come in each of these seconds. */
  function live(seconds: number, gone: number, come: number): void {
    for (let second = 0; second < seconds; second++) {
      for (let n = 0; n < gone; n++) progress.went();
      for (let n = 0; n < come; n++) progress.came();
      clock.ms += 1_000;
    }
    clock.ms -= 1;
  }
  return { clock, progress, live };
}

test('nothing waits: it is gone already', () => {
  expect(start().progress.drainedInMs(0)).toBe(0);
});

test('a backlog of 900 that shrinks by nine a second is gone in 100 s', () => {
  const { progress, live } = start();
  live(30, 10, 1);
  expect(progress.drainedInMs(900)).toBe(100_000);
});

test('a backlog that grows or stands still has no end', () => {
  const { progress, live } = start();
  expect(progress.drainedInMs(5)).toBeUndefined();
  live(30, 1, 1);
  expect(progress.drainedInMs(5)).toBeUndefined();
  live(30, 1, 2);
  expect(progress.drainedInMs(5)).toBeUndefined();
});

test('what happened more than half a minute ago does not count', () => {
  const { clock, progress, live } = start();
  live(30, 10, 0);
  clock.ms += 60_001;
  expect(progress.drainedInMs(5)).toBeUndefined();
  live(30, 2, 1);
  expect(progress.drainedInMs(60)).toBe(60_000);
});

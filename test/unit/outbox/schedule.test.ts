import Queue from 'better-queue';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Schedule } from '../../../src/outbox/schedule.ts';
import { upTo } from '../../support/up-to.ts';

/** A schedule over numbers that wait, two at a take. */
function start(work: (n: number) => Promise<void> | void = () => undefined) {
  const waiting: number[] = [];
  const done: number[] = [];
  let [running, mostRunning, takes] = [0, 0, 0];
  const schedule = new Schedule<number>({
    async take() {
      takes += 1;
      return Promise.resolve(waiting.splice(0, 2));
    },
    async process(items) {
      mostRunning = Math.max(mostRunning, ++running);
      for (const n of items) {
        await work(n);
        done.push(n);
      }
      running -= 1;
    },
  });
  onTestFinished(() => schedule.stop());
  return { schedule, waiting, done, mostRunning: () => mostRunning, takes: () => takes };
}

const turns = async (count = 50) => {
  for (let n = 0; n < count; n++) await new Promise((resolve) => setTimeout(resolve, 1));
};

test('what waits at the start is worked through without a push, to its end', async () => {
  const { waiting, done } = start();
  waiting.push(...upTo(1_001));
  await vi.waitUntil(() => done.length === 1_001);
  expect(done).toEqual(upTo(1_001));
});

test('each push is heard, whenever it comes', async () => {
  const { schedule, waiting, done, mostRunning } = start(() => turns(1));
  for (const n of upTo(100)) {
    waiting.push(n);
    schedule.push();
    await turns(n % 4);
  }
  await vi.waitUntil(() => done.length === 100);
  expect(done).toEqual(upTo(100));
  expect(mostRunning()).toBe(1);
});

test('one push is enough for all that waits', async () => {
  const { schedule, waiting, done } = start();
  await turns();
  waiting.push(...upTo(100));
  schedule.push();
  await vi.waitUntil(() => done.length === 100);
});

test('waking it is enough too, also while it is looking', async () => {
  const { schedule, waiting, done } = start();
  await turns();
  for (const round of upTo(5)) {
    waiting.push(round);
    schedule.wake();
    await vi.waitUntil(() => done.length === round);
  }
});

test('with nothing to do it does not look again and again', async () => {
  const { schedule, waiting, done, takes } = start();
  waiting.push(...upTo(20));
  upTo(20).forEach(() => schedule.push());
  await vi.waitUntil(() => done.length === 20);
  await turns();
  const before = takes();
  await turns(200);
  expect(takes()).toBe(before);
});

test('after a stop nothing more begins', async () => {
  const { schedule, waiting, done } = start();
  await turns();
  schedule.stop();
  waiting.push(1);
  schedule.push();
  await turns();
  expect(done).toEqual([]);
});

test('better-queue keeps nothing of 100,000 pushes', async () => {
  const queues = new Set<object>();
  const destroyed = vi.spyOn(Queue.prototype, 'destroy').mockImplementation(function (this: Queue<unknown>) {
    queues.add(this);
  });
  onTestFinished(() => destroyed.mockRestore());
  const { schedule, waiting, done } = start();
  for (let n = 1; n <= 100; n++) {
    waiting.push(...upTo(1_000));
    upTo(1_000).forEach(() => schedule.push());
    await vi.waitUntil(() => done.length === n * 1_000, { timeout: 20_000, interval: 5 });
  }
  await turns(200);
  schedule.stop();
  expect([...queues].map(sizesOfMaps)).toEqual([[]]);
});

/** Every map and list in it that has grown, private ones too. */
function sizesOfMaps(queue: object): [name: string, size: number][] {
  return Object.entries(queue as Record<string, unknown>)
    .filter((entry): entry is [string, object] => typeof entry[1] === 'object' && entry[1] !== null)
    .map(([name, value]): [string, number] => [name, Object.keys(value).length])
    .filter(([name, size]) => size > 0 && !['_events', '_store', '_batchTimeoutId'].includes(name));
}

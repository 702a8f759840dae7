import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Intake } from '../../../src/journal/intake.ts';
import type { Telegram } from '../../../src/telegram/telegram.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const LARGE = 1_500_000;

function telegram(bytes = 10): Telegram {
  return { source: 'house', receivedAt: new Date(0), raw: Buffer.alloc(bytes), checksum: 'valid' };
}

/** An intake whose disk answers when it is told to. */
function open() {
  const writes: { count: number; done: () => void; fail: () => void }[] = [];
  let lost = 0;
  const intake = new Intake({
    write: async (telegrams) =>
      new Promise((resolve, reject) => {
        const done = (): void => resolve(telegrams.map((_, index) => index));
        writes.push({ count: telegrams.length, done, fail: () => reject(new Error('full')) });
      }),
    accepted: () => undefined,
    refused: () => undefined,
    lost: () => (lost += 1),
  });
  intake.open();
  const took = () =>
    intake.took.counts.flatMap((count, range) => (count === 0 ? [] : [[intake.took.bounds[range], count]]));
  return { intake, writes, took, lost: () => lost };
}

test('how long a telegram takes counts from when it was handed over, also where it had to wait its turn', async () => {
  const { intake, writes, took } = open();
  intake.add(telegram());
  await vi.advanceTimersByTimeAsync(20);
  intake.add(telegram());
  writes[0]!.done();
  await vi.advanceTimersByTimeAsync(0);
  expect(took()).toEqual([[0.025, 1]]);
  await vi.advanceTimersByTimeAsync(400);
  writes[1]!.done();
  await vi.advanceTimersByTimeAsync(0);
  expect(took()).toEqual([
    [0.025, 1],
    [0.5, 1],
  ]);
});

test('and where the disk refused it first, or others fell out of memory meanwhile', async () => {
  const { intake, writes, took, lost } = open();
  intake.add(telegram(LARGE));
  await vi.advanceTimersByTimeAsync(2_000);
  // Of these the first falls out; the one in hand is no more in the room.
  for (let n = 0; n < 3; n++) intake.add(telegram(LARGE));
  expect(lost()).toBe(1);
  writes[0]!.done();
  await vi.advanceTimersByTimeAsync(0);
  expect(took()).toEqual([[2.5, 1]]);
  writes[1]!.fail();
  await vi.advanceTimersByTimeAsync(5_000);
  writes[2]!.done();
  await vi.advanceTimersByTimeAsync(0);
  writes[3]?.done();
  await vi.advanceTimersByTimeAsync(0);
  expect(took()).toEqual([
    [2.5, 1],
    [5, 2],
  ]);
});

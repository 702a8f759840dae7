import { describe, expect, test } from 'vitest';
import { Thinning } from '../../../src/outbox/thinning.ts';
import type { Telegram } from '../../../src/telegram/telegram.ts';
import { openStore, temporaryFolder } from '../../support/journal.ts';
import { pass, Scripted, startOutbox, stopTheClock } from '../../support/outbox.ts';

const received = (at: string, raw = ''): Telegram => {
  return { source: 'house', receivedAt: new Date(at), checksum: 'valid', raw: Buffer.from(raw) };
};
const noClock = () => undefined;

describe('one letter every ten seconds', () => {
  test('is the first of each stretch of ten seconds', () => {
    const thinning = new Thinning(10_000, noClock);
    const seconds = ['08', '09', '10', '11', '19', '20', '35', '36'];
    const wanted = seconds.filter((second) => thinning.wants(received(`2026-01-05T12:00:${second}Z`)));
    expect(wanted).toEqual(['08', '10', '20', '35']);
  });

  test('is one of each source', () => {
    const thinning = new Thinning(10_000, noClock);
    const at = '2026-01-05T12:00:01Z';
    const sources = ['house', 'barn', 'house', 'barn'];
    expect(sources.map((source) => thinning.wants({ ...received(at), source }))).toEqual([true, true, false, false]);
  });

  test("goes by the meter's clock, however late its telegrams came", () => {
    const thinning = new Thinning(10_000, (raw) => new Date(raw.toString()));
    const stamps = ['2026-01-05T12:00:01Z', '2026-01-05T12:00:02Z', '2026-01-05T12:00:11Z'];
    expect(stamps.map((stamp) => thinning.wants(received('2026-02-01T00:00:00Z', stamp)))).toEqual([true, false, true]);
  });

  test('goes by our own clock while that of the meter stands still', () => {
    const thinning = new Thinning(10_000, () => new Date('2026-01-05T12:00:00Z'));
    const seconds = ['01', '02', '09', '10', '11', '12', '20', '21', '22'];
    const wanted = seconds.filter((second) => thinning.wants(received(`2026-02-01T00:00:${second}Z`)));
    expect(wanted).toEqual(['01', '11', '21']);
  });

  test("lets through few more where the meter's clock goes to and fro", () => {
    let second = 0;
    const thinning = new Thinning(10_000, () => new Date(Date.UTC(2026, 0, 5, second % 2)));
    let wanted = 0;
    for (; second < 100; second++) {
      if (thinning.wants(received(new Date(Date.UTC(2026, 1, 1, 0, 0, second)).toISOString()))) wanted += 1;
    }
    expect(wanted).toBeGreaterThanOrEqual(10);
    expect(wanted).toBeLessThanOrEqual(21);
  });

  test("goes on where the meter's clock is set back by an hour", () => {
    const thinning = new Thinning(10_000, (raw) => new Date(raw.toString()));
    const letters = [
      ['12:00:01', '13:00:01', true],
      ['12:00:02', '12:00:02', false],
      ['12:00:03', '12:00:03', true],
      ['12:00:04', '12:00:04', false],
      ['12:00:11', '12:00:11', true],
    ] as const;
    const wants = letters.map(([own, meter]) => thinning.wants(received(`2026-01-05T${own}Z`, `2026-01-05T${meter}Z`)));
    expect(wants).toEqual(letters.map(([, , wanted]) => wanted));
  });

  test('goes on where a clock is set back', () => {
    const thinning = new Thinning(10_000, noClock);
    const times = ['2026-01-05T12:00:01Z', '1970-01-01T00:00:01Z', '1970-01-01T00:00:02Z'];
    expect(times.map((at) => thinning.wants(received(at)))).toEqual([true, true, false]);
  });
});

test('with no interval every letter goes', () => {
  const thinning = new Thinning(0, noClock);
  expect([1, 2, 3].every(() => thinning.wants(received('2026-01-05T12:00:00Z')))).toBe(true);
});

describe('a start in the midst of a stretch', () => {
  const options = { intervalMs: 10_000, thinningOf: (ms: number) => new Thinning(ms, secondOf) };
  /** The n-th telegram is of second n. */
  function secondOf(raw: Buffer): Date {
    return new Date(1_000 * Number(/\((\d+)\*kWh\)/.exec(raw.toString())?.[1]));
  }

  test('sends no second letter of it', async () => {
    stopTheClock();
    const folder = temporaryFolder();
    const store = openStore(folder);
    const far = new Scripted();
    const { outbox, accept } = startOutbox(store, far, options);
    accept([11, 12]);
    await pass(100);
    await outbox.stop();
    store.close();
    const next = startOutbox(openStore(folder), far, options);
    next.accept([13, 14, 20, 21]);
    await pass(100);
    expect(far.sent).toEqual([11, 20]);
    expect(next.outbox.status()).toMatchObject({ delivered: 2, thinned: 4 });
  });

  test('is none for an endpoint that had no letter before', async () => {
    stopTheClock();
    const folder = temporaryFolder();
    const store = openStore(folder);
    const other = startOutbox(store, new Scripted());
    other.accept([11]);
    await pass(100);
    await other.outbox.stop();
    store.close();
    const far = new Scripted();
    const reopened = openStore(folder, { endpoints: [{ name: 'b', source: undefined }] });
    startOutbox(reopened, far, { ...options, name: 'b' }).accept([12, 13]);
    await pass(100);
    expect(far.sent).toEqual([12]);
  });
});

import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { readSource } from '../../src/pipeline.ts';
import type { Source } from '../../src/sources/source.ts';
import type { Telegram } from '../../src/telegram/telegram.ts';
import { Events } from '../../src/telemetry/events.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { buildTelegram } from '../support/telegrams.ts';

const one = buildTelegram('/TST5\\1', ['1-3:0.2.8(50)', '0-0:1.0.0(210101000000W)']);
const two = buildTelegram('/TST5\\1', ['1-3:0.2.8(50)', '0-0:1.0.0(210101000001W)']);

let appended: Telegram[];
let events: Events;

beforeEach(() => {
  appended = [];
  events = new Events(createLog({ level: 'error', secrets: [], env: {}, write: () => undefined }));
});

/** A capture: its end is the end of the source. */
function capture(...chunks: Buffer[]): Source {
  return {
    ends: true,
    async *open() {
      for (const chunk of chunks) yield await Promise.resolve(chunk);
    },
  };
}

async function read(source: Source, room = vi.fn(() => Promise.resolve()), once = false): Promise<void> {
  const journal = { append: (telegram: Telegram) => void appended.push(telegram), room };
  const { signal } = new AbortController();
  const how = { checksum: 'required', history: undefined, silenceMs: 15_000, patienceMs: 60_000 } as const;
  await readSource({ name: 'meter', source, ...how, journal, events, once, signal });
}

describe('the straight line', () => {
  test('hands every telegram of a source to the journal, in order, byte for byte', async () => {
    await read(capture(one.subarray(0, 10), Buffer.concat([one.subarray(10), two])));
    expect(appended.map(({ source, raw }) => [source, raw.toString('latin1')])).toEqual([
      ['meter', one.toString('latin1')],
      ['meter', two.toString('latin1')],
    ]);
  });

  test('counts what is rejected, and hands on what follows', async () => {
    const damaged = Buffer.from(one);
    damaged[20] = 0x39;
    await read(capture(damaged, two));
    expect(appended.map(({ raw }) => raw.toString('latin1'))).toEqual([two.toString('latin1')]);
    expect(events.tally.source('meter').rejected).toEqual({ checksum: 1 });
  });

  test('counts a telegram that the end of the bytes cut short', async () => {
    await read(capture(one, two.subarray(0, 40)));
    expect(appended).toHaveLength(1);
    expect(events.tally.source('meter').rejected).toEqual({ truncated: 1 });
  });

  test('stamps a telegram by the clock that was set while it came in', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 60_000 });
    onTestFinished(() => void vi.useRealTimers());
    const set = Date.parse('2026-03-01T12:00:00Z');
    const midway: Source = {
      ends: true,
      async *open() {
        yield await Promise.resolve(one.subarray(0, 10));
        vi.setSystemTime(set);
        yield one.subarray(10);
      },
    };
    await read(midway);
    const [telegram] = appended as [Telegram];
    // The clock stands still in this test, but for the moment that the bytes take.
    expect(Math.abs(telegram.receivedAt.getTime() - set)).toBeLessThan(30_000);
  });

  test('has patience with a source that shows that it lives', async () => {
    const stop = new AbortController();
    const alive: Source = {
      async *open() {
        for (const chunk of [one, Buffer.alloc(0), Buffer.alloc(0)]) yield await Promise.resolve(chunk);
        stop.abort();
      },
    };
    const journal = { append: (telegram: Telegram) => void appended.push(telegram), room: () => Promise.resolve() };
    const how = { checksum: 'required', history: undefined, silenceMs: 15_000, patienceMs: 0, once: false } as const;
    const noTelegram = vi.spyOn(events, 'noTelegram');
    await readSource({ name: 'meter', source: alive, ...how, journal, events, signal: stop.signal });
    expect(appended).toHaveLength(1);
    expect(noTelegram).not.toHaveBeenCalled();
  });

  test('does not read a capture again that broke off: its beginning would come twice', async () => {
    const breaking: Source = {
      ends: true,
      async *open() {
        yield await Promise.resolve(one);
        throw new Error('capture: input/output error');
      },
    };
    await read(breaking);
    expect(appended).toHaveLength(1);
    expect(events.tally.source('meter')).toMatchObject({ ended: false, trouble: 'capture: input/output error' });
    await expect(read(breaking, undefined, true)).rejects.toThrow('capture: input/output error');
  });

  test('makes a capture wait while the journal has no room', async () => {
    let makeRoom: (() => void) | undefined;
    const room = vi.fn(() => new Promise<void>((resolve) => (makeRoom = resolve)));
    const reading = read(capture(one, two), room);
    await vi.waitFor(() => expect(room).toHaveBeenCalledTimes(1));
    expect(appended).toHaveLength(1);
    makeRoom?.();
    await vi.waitFor(() => expect(room).toHaveBeenCalledTimes(2));
    makeRoom?.();
    await reading;
    expect(appended).toHaveLength(2);
  });
});

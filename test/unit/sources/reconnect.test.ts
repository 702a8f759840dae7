import { expect, test, vi } from 'vitest';
import { backOffMs, keepOpen, type ConnectionEvents, type Read } from '../../../src/sources/reconnect.ts';
import { NoTelegram } from '../../../src/sources/no-telegram.ts';
import type { Source } from '../../../src/sources/source.ts';
import { createClock, type Clock } from '../../support/sleeping-clock.ts';

test('a port that does not open is tried again after 1, 2, 5, 10 and then each 30 s', async () => {
  const run = start(() => fail('no such port'), { tries: 7 });
  await run.finished;
  expect(run.log.map(({ retryInMs }) => retryInMs)).toEqual([1_000, 2_000, 5_000, 10_000, 30_000, 30_000, 30_000]);
  expect(run.log.every(({ what }) => what === 'lost: no such port')).toBe(true);
});

test('a connection that carried bytes makes the next try soon again', async () => {
  const run = start((time) => (time === 2 ? bytes('telegram') : fail('refused')), { tries: 4 });
  await run.finished;
  expect(run.log).toEqual([
    { what: 'lost: refused', retryInMs: 1_000 },
    { what: 'lost: refused', retryInMs: 2_000 },
    { what: 'opened' },
    { what: 'lost: the other side closed the connection', retryInMs: 1_000 },
    { what: 'lost: refused', retryInMs: 2_000 },
  ]);
  expect(run.got).toEqual(['telegram']);
});

test('what came before a connection broke is read', async () => {
  const run = start(() => both(bytes('half a tele'), fail('hung up')), { tries: 1 });
  await run.finished;
  expect(run.got).toEqual(['half a tele']);
  expect(run.log.at(-1)).toEqual({ what: 'lost: hung up', retryInMs: 1_000 });
});

test('a connection without a byte for the time of silence is closed and opened again', async () => {
  const run = start((_, signal, clock) => both(bytes('one'), silence(signal, clock)), { tries: 2 });
  await run.finished;
  expect(run.log.map(({ what }) => what)).toEqual(['opened', 'silent for 15000', 'opened', 'silent for 15000']);
  expect(run.clock.now()).toBe(15_000 + 1_000 + 15_000);
});

test('a source that knows why it is silent is asked', async () => {
  const events = { opened: vi.fn(), lost: vi.fn(), silent: vi.fn() };
  const [clock, stop] = [createClock(), new AbortController()];
  events.silent.mockImplementation(() => stop.abort());
  const source: Source = { open: (signal) => silence(signal, clock), whySilent: () => 'its meter is silent' };
  await keepOpen(source, drain, { silenceMs: 15_000, signal: stop.signal, events, waits: clock, random: () => 0.5 });
  expect(events.silent.mock.calls).toEqual([[15_000, 1_000, 'its meter is silent']]);
});

test('a sign of life without a byte begins the time of silence anew', async () => {
  async function* alive(signal: AbortSignal, clock: Clock) {
    for (let count = 0; count < 3; count++) {
      yield new Uint8Array();
      await clock.sleep(14_999, signal);
    }
    yield* silence(signal, clock);
  }
  const run = start((_, signal, clock) => alive(signal, clock), { tries: 1 });
  await run.finished;
  expect(run.clock.now()).toBe(2 * 14_999 + 15_000);
});

test('a byte just before the time of silence is over begins it anew', async () => {
  async function* everySoOften(signal: AbortSignal, clock: Clock) {
    for (let count = 0; count < 3; count++) {
      yield Buffer.from('.');
      await clock.sleep(14_999, signal);
    }
    yield* silence(signal, clock);
  }
  const run = start((_, signal, clock) => everySoOften(signal, clock), { tries: 1 });
  await run.finished;
  expect(run.got).toEqual(['.', '.', '.']);
  expect(run.log.at(-1)).toEqual({ what: 'silent for 15000', retryInMs: 1_000 });
});

test('silence counts from when the source can be open', async () => {
  const run = start((_, signal, clock) => silence(signal, clock), { tries: 1, openingMs: 10_000 });
  await run.finished;
  expect(run.log).toEqual([{ what: 'silent for 15000', retryInMs: 1_000 }]);
  expect(run.clock.now()).toBe(25_000);
});

test('a source that ends is read once, however silent it is', async () => {
  async function* slowCapture(signal: AbortSignal, clock: Clock) {
    yield Buffer.from('one');
    await clock.sleep(3_600_000, signal);
    yield Buffer.from('two');
  }
  const run = start((_, signal, clock) => slowCapture(signal, clock), { tries: 5, ends: true });
  await run.finished;
  expect(run.got).toEqual(['one', 'two']);
  expect(run.log).toEqual([{ what: 'opened' }]);
});

test('a source that ends and breaks is opened again', async () => {
  const run = start((time) => (time === 0 ? fail('no such file') : bytes('there')), { tries: 5, ends: true });
  await run.finished;
  expect(run.log[0]).toEqual({ what: 'lost: no such file', retryInMs: 1_000 });
  expect(run.got).toEqual(['there']);
});

test('a source that ends and is tried once is not opened again', async () => {
  const events = { opened: vi.fn(), lost: vi.fn(), silent: vi.fn() };
  const source = { ends: true, open: vi.fn(() => fail('no such file')) };
  const signal = new AbortController().signal;
  const running = keepOpen(source, drain, { silenceMs: 15_000, once: true, signal, events, waits: createClock() });
  await expect(running).rejects.toThrow('no such file');
  expect(source.open).toHaveBeenCalledOnce();
  expect(events.lost).not.toHaveBeenCalled();
});

test('an abort ends it while it reads, without a word', async () => {
  const run = start((_, signal, clock) => both(bytes('one'), silence(signal, clock)), { tries: 9 });
  await run.heard;
  run.stop.abort();
  await run.finished;
  expect(run.log).toEqual([{ what: 'opened' }]);
});

test('a reader that finds no telegram gets another connection, and that is told as the loss of this one', async () => {
  const read = () => Promise.reject(new NoTelegram('what comes looks like noise'));
  const run = start(() => bytes('noise'), { tries: 2, read });
  await run.finished;
  const lost = { what: 'lost: what comes looks like noise', retryInMs: 1_000 };
  expect(run.log.filter(({ what }) => what !== 'opened')).toEqual([lost, { ...lost, retryInMs: 2_000 }]);
});

test('an error of the reader is no loss of the connection: it is thrown', async () => {
  const running = keepOpen({ open: () => bytes('one') }, () => Promise.reject(new Error('the disk is gone')), {
    silenceMs: 15_000,
    signal: new AbortController().signal,
    events: { opened: unexpected, lost: unexpected, silent: unexpected },
    waits: createClock(),
  });
  await expect(running).rejects.toThrow('the disk is gone');
});

test.each([
  [0, 800, 1_200],
  [4, 24_000, 36_000],
  [1_000, 24_000, 36_000],
])('after %i failures the wait is between %i and %i ms', (failures, least, most) => {
  expect(backOffMs(failures, () => 0)).toBe(least);
  expect(backOffMs(failures, () => 1)).toBe(most);
});

type Open = (time: number, signal: AbortSignal, clock: Clock) => AsyncIterable<Uint8Array>;

interface Entry {
  readonly what: string;
  readonly retryInMs?: number;
}

/** Keeps a scripted source open on a clock of its own, and stops after so many losses. */
function start(open: Open, script: { tries: number; ends?: boolean; openingMs?: number; read?: Read }) {
  const clock = createClock();
  const stop = new AbortController();
  const log: Entry[] = [];
  const got: string[] = [];
  let time = 0;
  let tries = 0;
  const note = (what: string, retryInMs: number) => {
    log.push({ what, retryInMs });
    if (++tries === script.tries) stop.abort();
  };
  const events: ConnectionEvents = {
    opened: () => log.push({ what: 'opened' }),
    lost: (error, retryInMs) => note(`lost: ${error.message}`, retryInMs),
    silent: (ms, retryInMs) => note(`silent for ${ms}`, retryInMs),
  };
  const source: Source = { ...script, open: (signal) => open(time++, signal, clock) };
  let onHeard: () => void = () => undefined;
  const heard = new Promise<void>((resolve) => (onHeard = resolve));
  const read = async (connection: AsyncIterable<Uint8Array>) => {
    for await (const chunk of connection) {
      got.push(Buffer.from(chunk).toString());
      onHeard();
    }
  };
  const finished = keepOpen(source, script.read ?? read, {
    silenceMs: 15_000,
    signal: stop.signal,
    events,
    waits: clock,
    random: () => 0.5,
  });
  return { finished, heard, stop, log, got, clock };
}

async function drain(all: AsyncIterable<Uint8Array>): Promise<void> {
  const bytes = all[Symbol.asyncIterator]();
  while ((await bytes.next()).done !== true);
}

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text));
}

async function* fail(message: string): AsyncGenerator<Uint8Array> {
  yield* await Promise.reject<Uint8Array[]>(new Error(message));
}

async function* silence(signal: AbortSignal, clock: Clock): AsyncGenerator<Uint8Array> {
  await clock.sleep(1e12, signal);
  yield* [];
}

async function* both(...parts: AsyncIterable<Uint8Array>[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield* part;
}

function unexpected(): never {
  throw new Error('was not expected');
}

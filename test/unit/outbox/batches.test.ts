import { describe, expect, test } from 'vitest';
import { Ambiguous, Paused, Refused, TryLater, type Batch } from '../../../src/outbox/endpoint.ts';
import type { Letter } from '../../../src/journal/letter.ts';
import { countsOf, numberIn, numbersOf, openStore, restOf, temporaryFolder } from '../../support/journal.ts';
import { accept, hang, numberOf, pass, Scripted, startOutbox, stopTheClock } from '../../support/outbox.ts';
import { upTo } from '../../support/up-to.ts';

/** Takes many at once, up to four unless it is told otherwise. */
class InBatches extends Scripted {
  readonly isIdempotent = true;
  readonly batches: number[][] = [];
  readonly batch: Batch;
  /** What it does with these numbers at this request, counted from 1. */
  answer: (numbers: readonly number[], request: number, signal: AbortSignal) => unknown = () => undefined;

  constructor({ most = 4, gatherMs = 0 } = {}) {
    super();
    this.batch = { most, gatherMs, deliver: (letters, signal) => this.#deliver(letters, signal) };
  }

  async #deliver(letters: readonly Letter[], signal: AbortSignal): Promise<void> {
    const numbers = letters.map(numberOf);
    this.batches.push(numbers);
    await this.answer(numbers, this.batches.length, signal);
  }
}

function start(endpoint = new InBatches(), options: Parameters<typeof startOutbox>[2] = {}) {
  stopTheClock();
  const store = openStore(temporaryFolder());
  return { store, endpoint, ...startOutbox(store, endpoint, options) };
}

describe('what waits', () => {
  test('goes oldest first, as many in a request as it takes, one request at a time', async () => {
    stopTheClock();
    const store = openStore(temporaryFolder());
    accept(store, [], upTo(10));
    const endpoint = new InBatches();
    const { outbox } = startOutbox(store, endpoint);
    await pass(1_000);
    expect(endpoint.batches).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
      [9, 10],
    ]);
    expect(countsOf(store)).toEqual({ delivered: 10 });
    expect(outbox.status()).toMatchObject({ state: 'idle', waiting: 0, delivered: 10 });
  });

  test('is gathered: the first waits for others until its time is over', async () => {
    const { endpoint, accept: come } = start(new InBatches({ most: 4, gatherMs: 10_000 }));
    come([1]);
    await pass(4_000);
    come([2]);
    await pass(5_900);
    expect(endpoint.batches).toEqual([]);
    await pass(200);
    expect(endpoint.batches).toEqual([[1, 2]]);
  });

  test('and while it is gathered it is no backlog: it is known when it goes', async () => {
    const { endpoint, outbox, accept: come } = start(new InBatches({ most: 40, gatherMs: 10_000 }));
    come(upTo(12));
    await pass(4_000);
    expect(outbox.status()).toMatchObject({ waiting: 12, drainedInMs: 6_000 });
    endpoint.answer = () => {
      throw new TryLater('down');
    };
    await pass(7_000);
    expect(outbox.status()).toMatchObject({ waiting: 12, drainedInMs: undefined });
  });

  test('is not gathered for hours where the clock was set back', async () => {
    const { endpoint, accept: come } = start(new InBatches({ most: 4, gatherMs: 10_000 }));
    come([1], -7_200_000);
    await pass(11_000);
    expect(endpoint.batches).toEqual([[1]]);
  });

  test('goes at a rate of telegrams, not of requests', async () => {
    stopTheClock();
    const store = openStore(temporaryFolder());
    accept(store, [], upTo(12), 600_000);
    const endpoint = new InBatches();
    startOutbox(store, endpoint, { rate: 2 });
    // Four take two seconds.
    await pass(1_900);
    expect(endpoint.batches).toHaveLength(1);
    await pass(2_000);
    expect(endpoint.batches).toHaveLength(2);
    await pass(2_000);
    expect(endpoint.batches).toHaveLength(3);
  });

  test('is not gathered where it is old, or enough for a request', async () => {
    const { endpoint, accept: come } = start(new InBatches({ most: 2, gatherMs: 10_000 }));
    come([1], 60_000);
    await pass(100);
    expect(endpoint.batches).toEqual([[1]]);
    come([2, 3]);
    await pass(100);
    expect(endpoint.batches).toEqual([[1], [2, 3]]);
  });
});

describe('a request', () => {
  test.each([
    ['was not taken', new TryLater('down')],
    ['got no answer', new Ambiguous('cut')],
    ['failed in a way that nobody knows', new RangeError('odd')],
  ])('that %s goes again whole, and is not counted as coming twice', async (_how, error) => {
    const { store, endpoint, outbox, accept: come } = start();
    endpoint.answer = (_numbers, request) => {
      if (request < 3) throw error;
    };
    come([1, 2, 3]);
    await pass(30_000);
    expect(endpoint.batches).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(outbox.status()).toMatchObject({ delivered: 3, possiblyTwice: 0, retries: 2 });
    expect(countsOf(store)).toEqual({ delivered: 3 });
  });

  test('that is refused is halved until the letter to blame stands alone, and only that is a dead letter', async () => {
    const { store, endpoint, outbox, told, accept: come } = start(new InBatches({ most: 8 }));
    endpoint.answer = (numbers) => {
      if (numbers.includes(6)) throw new Refused('a line is wrong');
    };
    come(upTo(8));
    await pass(5_000);
    expect(endpoint.batches).toEqual([[1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4], [5, 6, 7, 8], [5, 6], [5], [6], [7, 8]]);
    expect(countsOf(store)).toEqual({ delivered: 7, buried: 1 });
    expect(outbox.status()).toMatchObject({ waiting: 0, delivered: 7, refused: 1 });
    expect(told).toContain('refused: a line is wrong');
  });

  test('to one that is mis-set is kept, and goes once it works', async () => {
    const { store, endpoint, told, accept: come } = start();
    endpoint.answer = (_numbers, request) => {
      if (request === 1) throw new Paused('403', 'set token');
    };
    come([1, 2]);
    await pass(120_000);
    expect(endpoint.batches).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(told).toContain('paused: 403');
    expect(countsOf(store)).toEqual({ delivered: 2 });
  });

  test('that is under way at a stop leaves its letters where they are', async () => {
    const { store, endpoint, outbox, accept: come } = start();
    endpoint.answer = (_numbers, _request, signal) => hang(signal);
    come([1, 2]);
    await pass(100);
    const stopped = outbox.stop();
    await pass(100);
    await stopped;
    expect(countsOf(store)).toEqual({ waiting: 2 });
    expect(numbersOf(restOf(store))).toEqual([1, 2]);
  });
});

test('a letter of a kind that does not go there is left out of the request, asked about once', async () => {
  const takes = ({ raw }: { readonly raw: Buffer }): boolean => numberIn(raw) % 2 === 1;
  const { store, endpoint, outbox, accept: come } = start(Object.assign(new InBatches(), { takes }));
  come([1, 2, 3, 4, 5]);
  await pass(1_000);
  expect(endpoint.batches).toEqual([[1, 3], [5]]);
  expect(outbox.status()).toMatchObject({ waiting: 0, delivered: 3, thinned: 2 });
  expect(countsOf(store)).toEqual({ delivered: 3, thinned: 2 });
});

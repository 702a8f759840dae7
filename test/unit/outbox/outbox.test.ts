import { describe, expect, test, vi } from 'vitest';
import { Ambiguous, Paused, Refused, TryLater } from '../../../src/outbox/endpoint.ts';
import { countsOf, numberIn, numbersOf, openStore, restOf, temporaryFolder } from '../../support/journal.ts';
import { accept, hang, journalOver, pass, Scripted, startOutbox, stopTheClock } from '../../support/outbox.ts';
import { upTo } from '../../support/up-to.ts';

function start(options: Parameters<typeof startOutbox>[2] = {}, endpoint = new Scripted()) {
  stopTheClock();
  const store = openStore(temporaryFolder());
  return { store, endpoint, ...startOutbox(store, endpoint, options) };
}

describe('order', () => {
  test('letters go oldest first, each once, one in flight, and the cursor follows', async () => {
    const { store, endpoint, outbox, accept } = start();
    endpoint.script = () => work(5);
    accept(upTo(120));
    await pass(100);
    accept([121, 122]);
    await pass(5_000);
    expect(endpoint.sent).toEqual(upTo(122));
    expect(endpoint.mostInFlight).toBe(1);
    expect(countsOf(store)).toEqual({ delivered: 122 });
    expect(outbox.status()).toMatchObject({ state: 'idle', waiting: 0, delivered: 122, refused: 0, drainedInMs: 0 });
  });

  test('what waited at the start goes before what comes', async () => {
    stopTheClock();
    const folder = temporaryFolder();
    const store = openStore(folder);
    accept(store, [], upTo(200));
    const endpoint = new Scripted();
    const rig = startOutbox(store, endpoint);
    rig.accept([201]);
    await pass(1_000);
    expect(endpoint.sent).toEqual(upTo(201));
  });

  test('an endpoint of one source gets that source only', async () => {
    stopTheClock();
    const store = openStore(temporaryFolder(), { endpoints: [{ name: 'a', source: 'barn' }] });
    const endpoint = new Scripted();
    const rig = startOutbox(store, endpoint, { source: 'barn' });
    rig.accept([1, 2], 0, 'house');
    rig.accept([3], 0, 'barn');
    rig.accept([4], 0, 'house');
    await pass(1_000);
    expect(endpoint.sent).toEqual([3]);
    expect(rig.outbox.status()).toMatchObject({ waiting: 0, delivered: 1 });
  });

  test('a letter of a kind that does not go there is left out, asked about once, and holds up none', async () => {
    const asked: number[] = [];
    const takes = ({ raw }: { readonly raw: Buffer }): boolean => {
      asked.push(numberIn(raw));
      return numberIn(raw) % 2 === 1;
    };
    const { store, endpoint, outbox, accept } = start({}, Object.assign(new Scripted(), { takes }));
    accept(upTo(5));
    await pass(1_000);
    expect([endpoint.sent, asked]).toEqual([[1, 3, 5], upTo(5)]);
    expect(outbox.status()).toMatchObject({ state: 'idle', waiting: 0, delivered: 3, thinned: 2 });
    expect(countsOf(store)).toEqual({ delivered: 3, thinned: 2 });
  });

  test('one that hangs holds up nobody else', async () => {
    stopTheClock();
    const store = openStore(temporaryFolder(), {
      endpoints: [
        { name: 'a', source: undefined },
        { name: 'b', source: undefined },
      ],
    });
    const [hanging, healthy] = [new Scripted(), new Scripted()];
    hanging.script = (_n, _attempt, signal) => hang(signal);
    const outboxes = [
      startOutbox(store, hanging, { name: 'a' }).outbox,
      startOutbox(store, healthy, { name: 'b' }).outbox,
    ];
    accept(store, outboxes, upTo(10));
    await pass(1_000);
    expect([hanging.sent, healthy.sent]).toEqual([[1], upTo(10)]);
    expect(outboxes.map((outbox) => outbox.status().waiting)).toEqual([10, 0]);
  });
});

describe('later', () => {
  test('a letter goes again until it is taken, and none overtakes it', async () => {
    const { endpoint, accept } = start();
    endpoint.script = (n, attempt) => {
      if (n === 2 && attempt < 8) throw new TryLater('busy');
    };
    accept([1, 2, 3]);
    await pass(600_000);
    expect(endpoint.sent).toEqual([1, 2, 2, 2, 2, 2, 2, 2, 2, 3]);
  });

  test.each([
    ['a TypeError', () => new TypeError('x is not a function')],
    ['a plain error', () => new Error('what')],
    ['text', () => 'text'],
    ['nothing at all', () => undefined],
  ])('%s is tried again too', async (_name, thrown) => {
    const { endpoint, outbox, accept } = start();
    endpoint.script = (_n, attempt) => {
      if (attempt < 4) throw thrown() as Error;
    };
    accept([1, 2]);
    await pass(60_000);
    expect(endpoint.sent).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
    expect(outbox.status()).toMatchObject({ delivered: 2, retries: 6, refused: 0 });
  });

  test('it does not give up in weeks, and never waits for more than a minute', async () => {
    const { endpoint, accept } = start({ backoff: { random: () => 0.999 } });
    const triedAt: number[] = [];
    endpoint.script = () => {
      triedAt.push(Date.now());
      throw new TryLater('down');
    };
    accept([1]);
    await pass(14 * 86_400_000);
    const waits = triedAt.slice(1).map((at, index) => at - triedAt[index]!);
    expect(Math.max(...waits)).toBeLessThanOrEqual(60_010);
    expect(triedAt.length).toBeGreaterThan(14 * 1_440 - 10);
  }, 120_000);

  test("the far side's own wish is honoured", async () => {
    const { endpoint, accept } = start({ backoff: { random: () => 0 } });
    const triedAt: number[] = [];
    endpoint.script = (_n, attempt) => {
      triedAt.push(Date.now());
      if (attempt === 1) throw new TryLater('Retry-After: 90', { delayMs: 90_000 });
    };
    accept([1]);
    await pass(89_000);
    expect(triedAt).toHaveLength(1);
    await pass(3_000);
    expect(triedAt).toHaveLength(2);
  });

  test('it is told once, after some seconds of failures, and once when it is over', async () => {
    const { endpoint, told, accept } = start();
    let isDown = true;
    endpoint.script = () => {
      if (isDown) throw new TryLater('connection refused');
    };
    accept([1, 2]);
    await pass(300_000);
    expect(told).toEqual(['delivering', 'later: connection refused']);
    isDown = false;
    await pass(60_000);
    expect(told).toEqual(['delivering', 'later: connection refused', 'delivering', 'idle']);
  });

  test('a refusal shows as well that the endpoint is back', async () => {
    const { endpoint, told, accept } = start();
    const startedAt = Date.now();
    endpoint.script = (n) => {
      if (Date.now() < startedAt + 60_000) throw new TryLater('down');
      if (n === 1) throw new Refused('no');
    };
    accept([1]);
    await pass(180_000);
    expect(told).toEqual(['delivering', 'later: down', 'delivering', 'refused: no', 'idle']);
  });

  test('an answer that never came is counted: the far side may have the letter twice', async () => {
    const { endpoint, outbox, accept } = start();
    endpoint.script = (_n, attempt) => {
      if (attempt < 3) throw new Ambiguous('connection reset');
    };
    accept([1]);
    await pass(60_000);
    expect(outbox.status()).toMatchObject({ possiblyTwice: 1, delivered: 1 });
  });
});

describe('refused', () => {
  test('a letter becomes a dead letter before the cursor moves, and the next one goes', async () => {
    const { store, endpoint, outbox, told, accept } = start();
    endpoint.script = (n) => {
      if (n === 2) throw new Refused('not a telegram');
      if (n === 3) expect([store.dead.count('a'), countsOf(store)['buried']]).toEqual([1, 1]);
    };
    accept([1, 2, 3]);
    await pass(1_000);
    expect(endpoint.sent).toEqual([1, 2, 3]);
    expect(store.dead.list('a', 10)).toMatchObject([{ seq: 2, reason: 'not a telegram', source: 'house' }]);
    expect(countsOf(store)).toEqual({ delivered: 2, buried: 1 });
    expect(outbox.status()).toMatchObject({ waiting: 0, delivered: 2, refused: 1 });
    expect(told).toContain('refused: not a telegram');
  });

  test('a damaged row becomes a dead letter without bytes', async () => {
    const { store, endpoint, outbox } = start();
    const inner = journalOver(store);
    const [letter] = accept(store, [], [1]);
    const damaged = { seq: letter!.seq, damaged: true, source: 'house', receivedAt: new Date(0) } as const;
    await outbox.stop();
    const rig = startOutbox(store, endpoint, {
      journal: { ...inner, read: async (after) => Promise.resolve(after === 0 ? [damaged] : []) },
    });
    await pass(1_000);
    expect(endpoint.sent).toEqual([]);
    expect(rig.outbox.status()).toMatchObject({ waiting: 0, refused: 1 });
    expect(store.dead.list('a', 1)).toMatchObject([{ raw: undefined, reason: 'its row in the journal is damaged' }]);
  });

  test('those to be sent again go first and in order, more than one read of them, with nothing else to do', async () => {
    const { store, endpoint, outbox, accept } = start();
    let refuses = true;
    endpoint.script = (n) => {
      if (refuses && n <= 120) throw new Refused('mis-set');
    };
    accept(upTo(121));
    await pass(1_000);
    refuses = false;
    endpoint.sent.length = 0;
    store.changeDead((dead) => dead.retry('a', undefined));
    outbox.retryDead();
    await pass(10_000);
    expect(endpoint.sent).toEqual(upTo(120));
    expect(outbox.status()).toMatchObject({ delivered: 121, refused: 0, waiting: 0 });
    expect(countsOf(store)).toEqual({ delivered: 121 });
    expect(store.dead.count('a')).toBe(0);
  });

  test('one that is refused again stays, with the newer reason, and is not asked a third time', async () => {
    const { store, endpoint, outbox, accept } = start();
    endpoint.script = (n, attempt) => {
      if (n === 1) throw new Refused(`no, ${attempt}`);
    };
    accept([1, 2]);
    await pass(1_000);
    store.changeDead((dead) => dead.retry('a', [1]));
    outbox.retryDead();
    await pass(1_000);
    expect(endpoint.sent).toEqual([1, 2, 1]);
    expect(store.dead.list('a', 10)).toMatchObject([{ reason: 'no, 2', retry: false }]);
    expect(outbox.status()).toMatchObject({ delivered: 1, refused: 1 });
  });

  test('those marked before a restart go first after it', async () => {
    const { store, endpoint, outbox, accept } = start();
    endpoint.script = (_n, attempt) => {
      if (attempt === 1) throw new Refused('no');
    };
    accept([1]);
    await pass(1_000);
    await outbox.stop();
    store.changeDead((dead) => dead.retry('a', undefined));
    const again = startOutbox(store, endpoint);
    await pass(1_000);
    expect(endpoint.sent).toEqual([1, 1]);
    expect(again.outbox.status()).toMatchObject({ delivered: 1, refused: 0 });
  });
});

describe('paused', () => {
  const paused = () => new Paused('HTTP 403: wrong key', 'set the key of this endpoint');

  test('nothing is sent until a probe is answered; then one letter tries, and its acceptance ends the pause', async () => {
    const { endpoint, outbox, told, accept } = start({ probeMs: 60_000 });
    let [keyIsWrong, isDown, probes] = [true, true, 0];
    endpoint.probe = async () => {
      probes += 1;
      return isDown ? Promise.reject(new Error('no')) : Promise.resolve();
    };
    endpoint.script = () => {
      if (keyIsWrong) throw paused();
    };
    accept([1, 2, 3]);
    await pass(180_500);
    expect([endpoint.sent, probes]).toEqual([[1], 3]);
    expect(outbox.status()).toMatchObject({
      state: 'paused',
      reason: 'HTTP 403: wrong key',
      remedy: 'set the key of this endpoint',
      waiting: 3,
    });

    isDown = false;
    await pass(120_000);
    expect(endpoint.sent).toEqual([1, 1, 1]);
    expect(outbox.status().state).toBe('paused');

    keyIsWrong = false;
    await pass(60_000);
    expect(endpoint.sent).toEqual([1, 1, 1, 1, 2, 3]);
    expect(told).toEqual(['delivering', 'paused: HTTP 403: wrong key', 'delivering', 'idle']);
  });

  test('an endpoint without a probe tries its letter as often', async () => {
    const { endpoint, accept } = start({ probeMs: 60_000 });
    endpoint.script = () => {
      throw paused();
    };
    accept([1]);
    await pass(180_500);
    expect(endpoint.sent).toEqual([1, 1, 1, 1]);
  });

  test('neither a failure nor a refusal on the way out ends it', async () => {
    const { endpoint, outbox, accept } = start({ probeMs: 1_000 });
    endpoint.script = (n, attempt) => {
      if (n === 1 && attempt === 1) throw paused();
      if (n === 1 && attempt === 2) throw new TryLater('down');
      if (n === 1) throw new Refused('no');
      if (n === 2 && attempt === 1) return hang(new AbortController().signal);
      return undefined;
    };
    accept([1, 2]);
    await pass(30_000);
    expect(endpoint.sent).toEqual([1, 1, 1, 2]);
    expect(outbox.status().state).toBe('paused');
  });
});

describe('thinning', () => {
  test('the first letter of each stretch goes, the others are counted', async () => {
    const { store, endpoint, outbox, accept } = start({ intervalMs: 10_000 });
    // One a second from a full minute on.
    for (const n of upTo(30)) {
      accept([n]);
      await pass(1_000);
    }
    expect(endpoint.sent).toEqual([1, 11, 21]);
    expect(outbox.status()).toMatchObject({ delivered: 3, thinned: 27, waiting: 0 });
    expect(countsOf(store)).toEqual({ delivered: 3, thinned: 27 });
  });
});

describe('the rate', () => {
  async function sentIn(
    ms: number,
    ageMs: number,
    rate: 'adaptive' | 'off' | number,
    answerMs: number,
  ): Promise<number> {
    const { endpoint, accept } = start({ rate });
    endpoint.script = () => work(answerMs);
    accept(upTo(400), ageMs);
    await pass(ms);
    return endpoint.sent.length;
  }
  const DAY_MS = 86_400_000;

  test("a backlog takes at most half of a slow server's time", async () => {
    // 100 ms of work, 100 ms of rest: five a second.
    expect(await sentIn(10_000, DAY_MS, 'adaptive', 100)).toBeGreaterThanOrEqual(48);
    expect(await sentIn(10_000, DAY_MS, 'adaptive', 100)).toBeLessThanOrEqual(51);
  });

  test('and at most 20 a second of a fast one', async () => {
    expect(await sentIn(10_000, DAY_MS, 'adaptive', 1)).toBeLessThanOrEqual(201);
    expect(await sentIn(10_000, DAY_MS, 'adaptive', 1)).toBeGreaterThan(190);
  });

  test('a number is letters a second', async () => {
    expect(await sentIn(10_000, DAY_MS, 2, 1)).toBeLessThanOrEqual(21);
    expect(await sentIn(10_000, DAY_MS, 2, 1)).toBeGreaterThan(18);
  });

  test('off holds nothing back, and live letters are never held back', async () => {
    expect(await sentIn(10_000, DAY_MS, 'off', 1)).toBe(400);
    expect(await sentIn(10_000, 0, 'adaptive', 1)).toBe(400);
  });

  test('refused letters of a backlog are paced too', async () => {
    const { endpoint, accept } = start({ rate: 2 });
    endpoint.script = () => {
      throw new Refused('no');
    };
    accept(upTo(100), DAY_MS);
    await pass(10_000);
    expect(endpoint.sent.length).toBeLessThanOrEqual(21);
  });
});

describe('a journal that fails', () => {
  /** An outbox whose journal fails the first so many times that it is asked for this. */
  function failing(times: number, which: 'read' | 'bury' | 'deadTaken' | 'deadToRetry') {
    stopTheClock();
    const store = openStore(temporaryFolder());
    const inner = journalOver(store);
    const calls = { left: times };
    const unless = <A extends unknown[], R>(name: string, call: (...args: A) => Promise<R>) => {
      return async (...args: A): Promise<R> => {
        if (name === which && calls.left-- > 0) throw new Error(`${name}: no room`);
        return call(...args);
      };
    };
    const journal = {
      ...inner,
      read: unless('read', inner.read),
      bury: unless('bury', inner.bury),
      deadTaken: unless('deadTaken', inner.deadTaken),
      deadToRetry: unless('deadToRetry', inner.deadToRetry),
    };
    const endpoint = new Scripted();
    return { store, endpoint, calls, ...startOutbox(store, endpoint, { journal }) };
  }

  test('to read is asked again, and nothing is lost or out of order', async () => {
    const { endpoint, told, accept } = failing(3, 'read');
    accept(upTo(5));
    await pass(10_000);
    expect(endpoint.sent).toEqual(upTo(5));
    expect(told.filter((event) => event === 'journal: read: no room')).toHaveLength(3);
  });

  test('to bury is asked again, but the letter is not sent again, and none overtakes it', async () => {
    const { store, endpoint, accept } = failing(3, 'bury');
    endpoint.script = (n) => {
      if (n === 1) throw new Refused('no');
      expect(store.dead.count('a')).toBe(1);
    };
    accept([1, 2]);
    await pass(10_000);
    expect(endpoint.sent).toEqual([1, 2]);
    expect(countsOf(store)).toEqual({ delivered: 1, buried: 1 });
  });

  test('to forget a dead letter that was taken is asked again, but the letter is not sent again', async () => {
    const { store, endpoint, outbox, accept } = failing(3, 'deadTaken');
    endpoint.script = (_n, attempt) => {
      if (attempt === 1) throw new Refused('no');
    };
    accept([1]);
    await pass(1_000);
    store.changeDead((dead) => dead.retry('a', undefined));
    outbox.retryDead();
    await pass(10_000);
    expect(endpoint.sent).toEqual([1, 1]);
    expect(store.dead.count('a')).toBe(0);
  });

  test('to list dead letters does not make it forget that somebody asked for them', async () => {
    const { store, endpoint, calls, outbox, accept } = failing(0, 'deadToRetry');
    endpoint.script = (_n, attempt) => {
      if (attempt === 1) throw new Refused('no');
    };
    accept([1]);
    await pass(1_000);
    calls.left = 3;
    store.changeDead((dead) => dead.retry('a', undefined));
    outbox.retryDead();
    await pass(10_000);
    expect(endpoint.sent).toEqual([1, 1]);
  });

  test('and loses letters says so: they wait no more, also where one had been sent and arrived after all', () => {
    const { outbox, accept } = start();
    accept(upTo(10));
    outbox.letGo({ dropped: 4, thinned: 2, forgotten: 0 });
    expect(outbox.status()).toMatchObject({ waiting: 4, dropped: 4, thinned: 2 });
    outbox.letGo({ dropped: -1, thinned: -1, forgotten: 0 });
    expect(outbox.status()).toMatchObject({ waiting: 6, dropped: 3, thinned: 1 });
    outbox.letGo({ dropped: 0, thinned: 0, forgotten: 2 });
    expect(outbox.status()).toMatchObject({ waiting: 6, dropped: 5, refused: -2 });
  });
});

describe('stop', () => {
  test('in the middle of a request ends at once, leaves the cursor, and the letter goes again after the next start', async () => {
    const { store, endpoint, outbox, accept } = start();
    let aborted = false;
    endpoint.script = (n, attempt, signal) => {
      if (n !== 2 || attempt > 1) return undefined;
      signal.addEventListener('abort', () => (aborted = true));
      return hang(signal);
    };
    accept([1, 2, 3]);
    await pass(1_000);
    await outbox.stop();
    await pass(600_000);
    expect([endpoint.sent, aborted, endpoint.closed]).toEqual([[1, 2], true, true]);
    expect(countsOf(store)).toEqual({ waiting: 2, delivered: 1 });
    startOutbox(store, endpoint);
    await pass(1_000);
    expect(endpoint.sent).toEqual([1, 2, 2, 3]);
  });

  test('gives a request that is under way time for its answer: its letter does not go again', async () => {
    const { store, endpoint, outbox, accept } = start({ lastAnswerMs: 3_000 });
    endpoint.script = (n) => (n === 2 ? new Promise<void>((resolve) => setTimeout(resolve, 700)) : undefined);
    accept([1, 2, 3]);
    await pass(100);
    const stopping = outbox.stop();
    await pass(1_000);
    await stopping;
    expect(countsOf(store)).toEqual({ waiting: 1, delivered: 2 });
    startOutbox(store, endpoint);
    await pass(1_000);
    expect(endpoint.sent).toEqual([1, 2, 3]);
  });

  test('while a letter waits for its next try, or for a probe, ends at once', async () => {
    for (const error of [new TryLater('down', { delayMs: 3_600_000 }), new Paused('403', 'set the key')]) {
      const { store, endpoint, outbox, accept } = start();
      endpoint.script = () => {
        throw error;
      };
      accept([1]);
      await pass(1_000);
      await outbox.stop();
      await pass(7_200_000);
      expect(endpoint.sent).toEqual([1]);
      expect(countsOf(store)).toEqual({ waiting: 1 });
    }
  });

  test('does not forget an answer that came with it', async () => {
    const { store, endpoint, outbox, accept } = start();
    // This endpoint finishes its request whatever is aborted.
    endpoint.script = () => work(100);
    accept([1, 2]);
    await pass(50);
    const stopped = outbox.stop();
    await pass(1_000);
    await stopped;
    expect(endpoint.sent).toEqual([1]);
    expect(countsOf(store)).toEqual({ waiting: 1, delivered: 1 });
    expect(numbersOf(restOf(store))).toEqual([2]);
  });

  test('leaves no timer behind that would keep the process alive', async () => {
    const { endpoint, outbox, accept } = start();
    endpoint.script = () => {
      throw new TryLater('down');
    };
    accept([1]);
    await pass(10_000);
    await outbox.stop();
    await pass(1_000);
    expect(vi.getTimerCount()).toBe(0);
  });
});

test('how long a backlog takes is told while it shrinks, and not where it grows', async () => {
  const { endpoint, outbox, accept } = start({ rate: 10 });
  accept(upTo(1_000), 86_400_000);
  await pass(30_000);
  const { waiting, drainedInMs = NaN } = outbox.status();
  // Ten a second.
  expect(drainedInMs / 1_000).toBeGreaterThan((waiting / 10) * 0.8);
  endpoint.script = (_n, _attempt, signal) => hang(signal);
  await pass(60_000);
  expect(outbox.status().drainedInMs).toBeUndefined();
});

test('requests are counted by what came of them, and how long answers took', async () => {
  const { endpoint, outbox, accept } = start({ onAmbiguous: 'resend' });
  endpoint.script = async (n, attempt) => {
    await work(n === 1 ? 30 : 300);
    if (n === 2 && attempt === 1) throw new TryLater('busy');
    if (n === 3 && attempt === 1) throw new Ambiguous('no answer');
    if (n === 4) throw new Refused('never');
  };
  accept(upTo(4));
  await pass(300_000);
  const { attempts, dead, answers } = outbox.measures();
  expect(attempts).toEqual({ ok: 3, retry: 1, ambiguous: 1, rejected: 1 });
  expect(dead).toEqual({ refused: 1, unreadable: 0, damaged: 0 });
  const filled = answers.counts.flatMap((count, range) => (count === 0 ? [] : [[answers.bounds[range], count]]));
  expect(filled).toEqual([
    [0.05, 1],
    [0.5, 3],
  ]);
});

/** Work of so many milliseconds, by the clock that the test moves. */
async function work(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

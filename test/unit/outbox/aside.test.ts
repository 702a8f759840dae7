import { describe, expect, test } from 'vitest';
import type { Letter } from '../../../src/journal/letter.ts';
import { Ambiguous, Refused, Unreadable, type Fate } from '../../../src/outbox/endpoint.ts';
import { countsOf, filesAsAfterAKill, openStore, temporaryFolder } from '../../support/journal.ts';
import {
  failsOnce,
  hang,
  journalOver,
  numberOf,
  pass,
  Scripted,
  startOutbox,
  stopTheClock,
} from '../../support/outbox.ts';
import { upTo } from '../../support/up-to.ts';

const PROBE_MS = 60_000;
const unreadable = () => new Unreadable('500: Failed to parse telegram', 'set the DSMR version');

function start(options: Parameters<typeof startOutbox>[2] = {}) {
  stopTheClock();
  const folder = temporaryFolder();
  const store = openStore(folder);
  const far = new Scripted();
  const taken: number[] = [];
  return { folder, store, far, taken, ...startOutbox(store, far, { probeMs: PROBE_MS, ...options }) };
}

const reasonsOf = (store: ReturnType<typeof openStore>) => store.dead.list('a', 100).map(({ reason }) => reason);

describe('a letter that the far side cannot read', () => {
  test('is set aside on disk before the next one goes, and is dead once that one is taken', async () => {
    const { store, far, told, outbox, accept } = start();
    let atTheNext: unknown;
    far.script = (n) => {
      if (n === 1) throw unreadable();
      atTheNext = [store.dead.countAside('a'), store.dead.count('a'), countsOf(store)];
    };
    accept([1, 2]);
    await pass(1_000);
    expect(atTheNext).toEqual([1, 0, { waiting: 1, buried: 1 }]);
    expect([store.dead.countAside('a'), store.dead.count('a')]).toEqual([0, 1]);
    expect(reasonsOf(store)).toEqual(['500: Failed to parse telegram']);
    expect(told).toEqual(['delivering', 'refused: 500: Failed to parse telegram', 'idle']);
    expect(outbox.status()).toMatchObject({ delivered: 1, refused: 1, aside: 0, waiting: 0 });
  });

  test('is not dead because another was refused', async () => {
    const { store, far, accept } = start();
    far.script = (n) => {
      throw n === 1 ? unreadable() : new Refused('400');
    };
    accept([1, 2]);
    await pass(1_000);
    expect([store.dead.countAside('a'), store.dead.count('a')]).toEqual([1, 1]);
  });
});

describe('twenty in a row, and none taken', () => {
  test('pause the endpoint: the rest is kept, and when it reads again they go first, in order', async () => {
    const { store, far, told, outbox, accept } = start();
    const taken: number[] = [];
    let isMisSet = true;
    far.script = (n) => {
      if (isMisSet) throw unreadable();
      taken.push(n);
    };
    accept(upTo(30));
    await pass(1_000);
    expect(far.sent).toEqual(upTo(20));
    expect(outbox.status()).toMatchObject({
      state: 'paused',
      reason: 'it could not read 20 telegrams one after the other: 500: Failed to parse telegram',
      remedy: 'set the DSMR version',
      waiting: 10,
      aside: 20,
    });
    await pass(PROBE_MS);
    expect(far.sent).toEqual([...upTo(20), ...upTo(20)]);
    expect(outbox.status().state).toBe('paused');

    isMisSet = false;
    await pass(PROBE_MS);
    expect(taken).toEqual(upTo(30));
    expect(store.dead.list('a', 100)).toEqual([]);
    expect(countsOf(store)).toEqual({ delivered: 30 });
    expect(outbox.status()).toMatchObject({ state: 'idle', delivered: 30, refused: 0, aside: 0 });
    expect(told.filter((line) => line.startsWith('paused'))).toHaveLength(1);
  });

  test('of which two are broken themselves: these are dead, the others are taken', async () => {
    const { store, far, outbox, accept } = start();
    const taken: number[] = [];
    let isMisSet = true;
    far.script = (n) => {
      if (isMisSet || n === 1 || n === 7) throw unreadable();
      taken.push(n);
    };
    accept(upTo(22));
    await pass(1_000);
    isMisSet = false;
    await pass(PROBE_MS + 1_000);
    expect(taken).toEqual(upTo(22).filter((n) => n !== 1 && n !== 7));
    expect(store.dead.list('a', 10).map(({ seq, aside }) => [seq, aside])).toEqual([
      [1, false],
      [7, false],
    ]);
    expect(outbox.status()).toMatchObject({ delivered: 20, refused: 2, aside: 0, waiting: 0 });
  });

  test('and the server is set right while they are tried again: none is lost by that', async () => {
    const { store, far, outbox, accept } = start();
    const taken: number[] = [];
    let round = 0;
    far.script = (n) => {
      if (n === 1) round += 1;
      if (round < 2 || (round === 2 && n < 9)) throw unreadable();
      taken.push(n);
    };
    accept(upTo(22));
    await pass(1_000);
    expect(outbox.status().state).toBe('paused');
    await pass(PROBE_MS + 1_000);
    expect(taken.toSorted((a, b) => a - b)).toEqual(upTo(22));
    expect(taken.slice(-2)).toEqual([21, 22]);
    expect(store.dead.list('a', 10)).toEqual([]);
  });

  test('still come first after a restart', async () => {
    const { folder, store, far, outbox, accept } = start();
    far.script = () => {
      throw unreadable();
    };
    accept(upTo(25));
    await pass(1_000);
    await outbox.stop();
    store.close();
    const [next, reopened] = [new Scripted(), openStore(folder)];
    startOutbox(reopened, next, { probeMs: PROBE_MS });
    await pass(1_000);
    expect(next.sent).toEqual(upTo(25));
    expect(countsOf(reopened)).toEqual({ delivered: 25 });
  });

  test('those left of them go first after a kill in their midst, also where the journal does not answer at once', async () => {
    const { folder, far, outbox, accept } = start();
    let isMisSet = true;
    far.script = async (n, _attempt, signal) => {
      if (isMisSet) throw unreadable();
      if (n === 3) await hang(signal);
    };
    accept(upTo(25));
    await pass(1_000);
    isMisSet = false;
    await pass(PROBE_MS);
    expect(far.sent.slice(-3)).toEqual([1, 2, 3]);
    const copy = filesAsAfterAKill(folder);
    await outbox.stop();
    const [next, reopened] = [new Scripted(), openStore(copy)];
    const journal = journalOver(reopened);
    const aside = failsOnce((name: string, limit: number) => journal.aside(name, limit));
    startOutbox(reopened, next, { probeMs: PROBE_MS, journal: { ...journal, aside } });
    await pass(2_000);
    expect(next.sent).toEqual(upTo(25).slice(2));
    expect(countsOf(reopened)).toEqual({ delivered: 25 });
  });

  describe('and a kill while one goes again behind one that still cannot be read', () => {
    /** Letter 1 was taken, 2 can never be read, 3 is taken at its second try, and 4 is stored without an answer. */
    async function killed(options: Parameters<typeof startOutbox>[2]) {
      const { folder, far, outbox, accept } = start(options);
      let isMisSet = false;
      far.script = async (n, _attempt, signal) => {
        if (isMisSet || n === 2) throw unreadable();
        if (n === 4) await hang(signal);
      };
      accept([1]);
      await pass(1_000);
      isMisSet = true;
      accept(upTo(25).slice(1));
      await pass(1_000);
      isMisSet = false;
      await pass(PROBE_MS);
      expect(far.sent.slice(-3)).toEqual([2, 3, 4]);
      const copy = filesAsAfterAKill(folder);
      await outbox.stop();
      const [next, reopened] = [new Scripted(), openStore(copy)];
      next.script = (n) => {
        if (n === 2) throw unreadable();
      };
      return { next, store: reopened };
    }

    test('it is not sent twice: the server is asked about each of them, once', async () => {
      const { next, store } = await killed({});
      const asked: number[] = [];
      const wasTaken = async (letter: Letter): Promise<Fate> => {
        const n = numberOf(letter);
        asked.push(n);
        return Promise.resolve([1, 3, 4].includes(n) || next.sent.includes(n) ? 'taken' : 'absent');
      };
      startOutbox(store, Object.assign(next, { wasTaken }));
      await pass(130_000);
      expect(asked.filter((n) => n === 4)).toEqual([4]);
      expect(next.sent).toEqual([2, ...upTo(21).slice(4), 2, ...upTo(25).slice(21)]);
      expect(countsOf(store)).toEqual({ delivered: 24, buried: 1 });
      expect(store.cursors.state()[0]).toMatchObject({ found: 1, possiblyTwice: 0 });
    });

    test('with onAmbiguous: drop none that may have been under way is sent again', async () => {
      const { next, store } = await killed({ onAmbiguous: 'drop' });
      const { accept } = startOutbox(store, next, { onAmbiguous: 'drop' });
      accept([26]);
      await pass(1_000);
      expect(next.sent).toEqual([26]);
      expect(store.dead.list('a', 100).map(({ seq, aside }) => [seq, aside])).toEqual(
        [2, ...upTo(21).slice(3)].map((seq) => [seq, false]),
      );
    });
  });

  test('one found at the far side counts as found in the journal too', async () => {
    const { store, far, outbox, accept } = start();
    let isMisSet = true;
    far.script = (n) => {
      if (isMisSet) throw unreadable();
      if (n === 1) throw new Ambiguous('no answer');
    };
    Object.assign(far, { wasTaken: () => Promise.resolve('taken') });
    accept(upTo(20));
    await pass(1_000);
    isMisSet = false;
    await pass(PROBE_MS + 5_000);
    expect(outbox.status()).toMatchObject({ delivered: 20, found: 1 });
    expect(store.cursors.state()[0]).toMatchObject({ delivered: 20, found: 1 });
  });

  test('end with the stop', async () => {
    const { far, outbox, accept } = start();
    far.script = () => {
      throw unreadable();
    };
    accept(upTo(25));
    await pass(1_000);
    await outbox.stop();
    await pass(10 * PROBE_MS);
    expect(far.sent).toEqual(upTo(20));
  });
});

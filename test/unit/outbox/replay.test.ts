import { describe, expect, test } from 'vitest';
import type { Letter } from '../../../src/journal/letter.ts';
import type { ReplayPlan } from '../../../src/journal/replays.ts';
import type { JournalStore } from '../../../src/journal/store.ts';
import { Ambiguous, Refused, Unreadable, type Fate } from '../../../src/outbox/endpoint.ts';
import { countsOf, filesAsAfterAKill, incoming, openStore, temporaryFolder } from '../../support/journal.ts';
import { failsOnce, journalOver, numberOf, pass, Scripted, startOutbox, stopTheClock } from '../../support/outbox.ts';
import { upTo } from '../../support/up-to.ts';

const START = Date.UTC(2026, 0, 5, 12);
const at = (n: number) => START + n * 1_000;

/** A server with a list. */
class Listing extends Scripted {
  readonly rows = new Set<number>();
  override async deliver(letter: Letter, signal: AbortSignal): Promise<void> {
    await super.deliver(letter, signal);
    this.rows.add(numberOf(letter));
  }
  wasTaken(letter: Letter): Promise<Fate> {
    return Promise.resolve(this.rows.has(numberOf(letter)) ? 'taken' : 'absent');
  }
}

/** A hundred telegrams, a second apart, all of them delivered before. */
function kept(): { folder: string; store: JournalStore } {
  stopTheClock(START + 3_600_000);
  const folder = temporaryFolder();
  const store = openStore(folder);
  const seqs = store.append(upTo(100).map((n) => ({ ...incoming(n), at: at(n) })));
  store.pass(seqs.map((seq) => ({ endpoint: 'a', seq, how: 'delivered', proof: 'answered' })));
  store.writeCursors();
  return { folder, store };
}

const plan = (more: Partial<ReplayPlan> = {}): ReplayPlan => ({
  endpoint: 'a',
  fromAt: at(11),
  toAt: at(40),
  intervalMs: 0,
  rate: 'off',
  ...more,
});

function begin(store: JournalStore, far: Scripted, more: Partial<ReplayPlan> = {}) {
  store.startReplay(plan(more), false);
  return startOutbox(store, far, { probeMs: 60_000 });
}

describe('a replay', () => {
  test('sends the kept period once more, in order, before what waits, and moves no cursor', async () => {
    const { store } = kept();
    const far = new Scripted();
    const before = countsOf(store);
    const { told, accept } = begin(store, far);
    accept([101]);
    await pass(2_000);
    expect(far.sent).toEqual([...upTo(40, 11), 101]);
    expect(told).toContain('replayed: 30 sent, 0 found, 0 thinned, 0 refused');
    expect(store.replays.of('a')).toBeUndefined();
    expect(countsOf(store)).toEqual({ ...before, delivered: (before['delivered'] ?? 0) + 1 });
  });

  test('goes when the journal answers again that failed as it was asked', async () => {
    const { store } = kept();
    store.startReplay(plan(), false);
    const far = new Scripted();
    const journal = journalOver(store);
    startOutbox(store, far, { journal: { ...journal, replay: failsOnce((name: string) => journal.replay(name)) } });
    await pass(2_000);
    expect(far.sent).toEqual(upTo(40, 11));
  });

  test('does not send what the server has', async () => {
    const { store } = kept();
    const far = new Listing();
    for (const n of upTo(30, 20)) far.rows.add(n);
    const { told } = begin(store, far);
    await pass(2_000);
    expect(far.sent).toEqual([...upTo(19, 11), ...upTo(40, 31)]);
    expect(told).toContain('replayed: 19 sent, 11 found, 0 thinned, 0 refused');
  });

  test('makes a dead letter none that the server takes now', async () => {
    const { store } = kept();
    for (const n of [101, 102]) {
      const [seq] = store.append([{ ...incoming(n), at: at(n) }]);
      store.bury('a', { ...incoming(n), seq: seq!, at: at(n), buriedAt: at(n), reason: '400' }, n === 102);
    }
    const far = new Listing();
    const { outbox } = begin(store, far, { fromAt: at(100), toAt: at(102) });
    await pass(2_000);
    outbox.retryDead();
    store.changeDead((dead) => dead.retry('a', undefined));
    await pass(2_000);
    expect(far.sent).toEqual([100, 101, 102]);
    expect(outbox.status()).toMatchObject({ delivered: 102, refused: 0, aside: 0 });
    expect(countsOf(store)).toEqual({ delivered: 102 });
  });

  test('leaves out what waits anyway', async () => {
    const { store } = kept();
    store.append(upTo(104, 101).map((n) => ({ ...incoming(n), at: at(n) })));
    const far = new Scripted();
    const { told } = begin(store, far, { fromAt: at(99), toAt: at(103) });
    await pass(2_000);
    expect(far.sent).toEqual([99, 100, 101, 102, 103, 104]);
    expect(told).toContain('replayed: 2 sent, 0 found, 0 thinned, 0 refused');
  });

  test('counts what it sends as possibly twice where the list cannot be believed', async () => {
    const { store } = kept();
    const far = new Listing();
    // Letter 100 was answered, and is not listed.
    const { outbox } = begin(store, far, { fromAt: at(11), toAt: at(13) });
    await pass(20);
    expect(far.sent).toEqual([11, 12, 13]);
    expect(outbox.status().possiblyTwice).toBe(1);
  });

  test('goes on, counted, where the list never answers', async () => {
    const { store } = kept();
    const far = new Listing();
    far.wasTaken = () => Promise.reject(new Ambiguous('504'));
    const { outbox } = begin(store, far, { fromAt: at(11), toAt: at(13) });
    await pass(60_000);
    expect(far.sent).toEqual([]);
    await pass(240_000);
    expect(far.sent).toEqual([11, 12, 13]);
    expect(outbox.status().possiblyTwice).toBe(3);
  });

  test('takes one in an interval where it is told to', async () => {
    const { store } = kept();
    const far = new Scripted();
    const { told } = begin(store, far, { fromAt: at(0), toAt: at(59), intervalMs: 10_000 });
    await pass(2_000);
    expect(far.sent).toEqual([1, 10, 20, 30, 40, 50]);
    expect(told).toContain('replayed: 6 sent, 0 found, 53 thinned, 0 refused');
  });

  test('keeps to its rate', async () => {
    const { store } = kept();
    const far = new Scripted();
    begin(store, far, { rate: 2 });
    await pass(5_100);
    expect(far.sent.length).toBeGreaterThanOrEqual(10);
    expect(far.sent.length).toBeLessThanOrEqual(12);
  });

  test('goes on after a kill, and sends nothing twice', async () => {
    const { folder, store } = kept();
    const far = new Listing();
    const first = begin(store, far, { rate: 10 });
    await pass(1_050);
    store.writeCursors();
    await pass(500);
    const copy = filesAsAfterAKill(folder);
    await first.outbox.stop();
    const sentBefore = far.sent.length;
    expect(sentBefore).toBeGreaterThan(10);
    const reopened = openStore(copy);
    const second = startOutbox(reopened, far);
    await pass(130_000);
    expect(far.sent).toEqual(upTo(40, 11));
    expect(second.told).toContainEqual(expect.stringMatching(/^replayed: \d+ sent, \d+ found, 0 thinned, 0 refused$/));
  });

  test('does not send what one that was ended had in flight at a kill, and the server stores a while later', async () => {
    const { folder, store } = kept();
    const far = new Listing();
    for (const n of [...upTo(20, 1), 100]) far.rows.add(n);
    far.script = () => {
      throw new Ambiguous('no answer');
    };
    const first = begin(store, far, { fromAt: at(21), toAt: at(21) });
    await pass(100);
    expect(far.sent).toEqual([21]);
    const copy = filesAsAfterAKill(folder);
    await first.outbox.stop();
    const reopened = openStore(copy);
    reopened.endReplay('a');
    const { outbox, told } = startOutbox(reopened, far);
    await pass(1_000);
    reopened.startReplay(plan({ toAt: at(21) }), false);
    outbox.replayChanged();
    await pass(60_000);
    far.rows.add(21);
    await pass(70_000);
    expect(far.sent).toEqual([21]);
    expect(told).toContain('replayed: 0 sent, 11 found, 0 thinned, 0 refused');
  });

  test('does not send a letter that was left out while the server may still store it', async () => {
    const { store } = kept();
    const far = new Listing();
    far.script = () => {
      throw new Ambiguous('no answer');
    };
    const { outbox, accept } = startOutbox(store, far, { onAmbiguous: 'drop' });
    // The list shows no letter to which the server said yes.
    const [letter] = accept([101]);
    await pass(1_000);
    expect(outbox.status()).toMatchObject({ possiblyLost: 1, waiting: 0 });
    for (const n of upTo(100)) far.rows.add(n);
    const receivedAt = letter!.telegram.receivedAt.getTime();
    store.startReplay(plan({ fromAt: receivedAt, toAt: receivedAt }), false);
    outbox.replayChanged();
    await pass(40_000);
    far.rows.add(101);
    await pass(60_000);
    expect(far.sent).toEqual([101]);
    expect(store.replays.of('a')).toBeUndefined();
  });

  test('settles what it had in flight at a kill before dead letters go again, since it may be one of them', async () => {
    const { folder, store } = kept();
    const far = new Listing();
    for (const n of upTo(100)) far.rows.add(n);
    const seqs = store.append([101, 102].map((n) => ({ ...incoming(n), at: at(n) })));
    for (const [index, seq] of seqs.entries())
      store.bury('a', { ...incoming(101 + index), seq, at: at(101 + index), buriedAt: at(102), reason: '400' });
    far.script = () => {
      throw new Ambiguous('no answer');
    };
    const first = begin(store, far, { fromAt: at(102), toAt: at(102) });
    await pass(100);
    expect(far.sent).toEqual([102]);
    far.rows.add(102);
    const copy = filesAsAfterAKill(folder);
    await first.outbox.stop();
    const reopened = openStore(copy);
    reopened.changeDead((dead) => dead.retry('a', undefined));
    far.script = () => undefined;
    startOutbox(reopened, far);
    await pass(130_000);
    expect(far.sent).toEqual([102, 101]);
    expect(reopened.dead.count('a')).toBe(0);
  });

  test('ends when it is told to, and what waits goes on', async () => {
    const { store } = kept();
    const far = new Scripted();
    const { outbox, accept } = begin(store, far, { rate: 1 });
    accept([101]);
    await pass(3_500);
    const { sent } = store.endReplay('a')!;
    outbox.replayChanged();
    await pass(5_000);
    expect(far.sent).toEqual([...upTo(10 + sent, 11), 101]);
  });

  test('counts what is refused, and goes on', async () => {
    const { store } = kept();
    const far = new Scripted();
    far.script = (n) => {
      if (n === 12) throw new Refused('400');
      if (n === 20) throw new Unreadable('500', 'set the version');
    };
    const { told } = begin(store, far);
    await pass(2_000);
    expect(far.sent).toEqual(upTo(40, 11));
    expect(told).toContain('replayed: 28 sent, 0 found, 0 thinned, 2 refused');
    expect(store.dead.list('a', 10)).toEqual([]);
  });

  test('of which the server reads none pauses, and begins again with the first that it did not read', async () => {
    const { store } = kept();
    const far = new Scripted();
    let isMisSet = true;
    far.script = (n) => {
      if (isMisSet && n >= 15) throw new Unreadable('500', 'set the version');
    };
    const { outbox, told } = begin(store, far);
    await pass(2_000);
    expect(far.sent).toEqual(upTo(34, 11));
    expect(outbox.status()).toMatchObject({ state: 'paused', remedy: 'set the version' });
    isMisSet = false;
    await pass(62_000);
    expect(far.sent).toEqual([...upTo(34, 11), ...upTo(40, 15)]);
    expect(told).toContain('replayed: 30 sent, 0 found, 0 thinned, 0 refused');
  });

  test('only said to be dry says how many it would be, and sends none', async () => {
    const { store } = kept();
    const far = new Scripted();
    expect(store.startReplay(plan(), true)).toMatchObject({ letters: 30 });
    startOutbox(store, far);
    await pass(1_000);
    expect(far.sent).toEqual([]);
  });

  test('keeps its period from growing too old until it is through', async () => {
    const { folder, store } = kept();
    store.close();
    const short = openStore(folder, { keepMs: 1_000 });
    short.startReplay(plan(), false);
    short.tidy(Date.now());
    const far = new Scripted();
    startOutbox(short, far);
    await pass(2_000);
    expect(far.sent).toEqual(upTo(40, 11));
    short.tidy(Date.now());
    expect(short.read(0, 200, undefined)).toHaveLength(1);
  });

  test('of a period that holds nothing ends at once', async () => {
    const { store } = kept();
    const far = new Scripted();
    const { told } = begin(store, far, { fromAt: at(500), toAt: at(600) });
    await pass(1_000);
    expect(far.sent).toEqual([]);
    expect(told).toContain('replayed: 0 sent, 0 found, 0 thinned, 0 refused');
  });
});

import { describe, expect, test } from 'vitest';
import type { Letter } from '../../../src/journal/letter.ts';
import { Ambiguous, Refused, TryLater, type Fate } from '../../../src/outbox/endpoint.ts';
import { countsOf, filesAsAfterAKill, openStore, temporaryFolder } from '../../support/journal.ts';
import { accept, hang, numberOf, pass, Scripted, startOutbox, stopTheClock } from '../../support/outbox.ts';

/** A far side with a list: what it holds, and whether each request for a letter gets its answer. */
class Listing extends Scripted {
  readonly rows: number[] = [];
  readonly asked: number[] = [];
  /** What it says when it is asked; by default what its rows say. */
  fate: (n: number) => Fate = (n) => (this.rows.includes(n) ? 'taken' : 'absent');

  override async deliver(letter: Letter, signal: AbortSignal): Promise<void> {
    await super.deliver(letter, signal);
    this.rows.push(numberOf(letter));
  }

  wasTaken(letter: Letter): Promise<Fate> {
    this.asked.push(numberOf(letter));
    return new Promise((resolve) => resolve(this.fate(numberOf(letter))));
  }
}

/** One outbox over a journal; letter 1 was answered, as a proof of the list, unless it is told otherwise. */
async function start(options: Parameters<typeof startOutbox>[2] = {}, { proven = true } = {}) {
  stopTheClock();
  const folder = temporaryFolder();
  const store = openStore(folder);
  const far = new Listing();
  const rig = startOutbox(store, far, options);
  if (proven) rig.accept([1]);
  await pass(100);
  return { folder, store, far, ...rig };
}

const lostAnswer = new Ambiguous('no answer within 20 s');

describe('a request without an answer', () => {
  test('whose letter is listed is not sent again', async () => {
    const { store, far, outbox, accept } = await start();
    far.script = (n) => {
      if (n !== 2) return;
      far.rows.push(2);
      throw lostAnswer;
    };
    accept([2, 3]);
    await pass(2_000);
    expect([far.sent, far.rows]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(outbox.status()).toMatchObject({ delivered: 3, found: 1, possiblyTwice: 0 });
    expect(countsOf(store)).toEqual({ delivered: 3 });
    expect(store.cursors.state()[0]).toMatchObject({ found: 1, possiblyTwice: 0, answered: 3 });
  });

  test('whose letter turns up within the window is not sent again; the state says what is waited for', async () => {
    const { far, told, outbox, accept } = await start();
    far.script = (n) => {
      if (n === 2) throw lostAnswer;
    };
    accept([2, 3]);
    await pass(60_000);
    expect(far.sent).toEqual([1, 2]);
    expect(outbox.status().state).toBe('verifying');
    expect(outbox.status().reason).toBe('no answer within 20 s: asking the server whether it has the telegram');
    far.rows.push(2);
    await pass(35_000);
    expect(far.sent).toEqual([1, 2, 3]);
    expect(told.filter((line) => line.startsWith('verifying'))).toHaveLength(1);
    expect(told.at(-1)).toBe('idle');
  });

  test('whose letter is absent at the end of the window is sent again, and no sooner', async () => {
    const { far, outbox, accept } = await start({ verifyWindowMs: 120_000 });
    const script = far.script;
    far.script = (n, attempt) => {
      if (n === 2 && attempt === 1) throw lostAnswer;
      return script(n, attempt, new AbortController().signal);
    };
    accept([2, 3]);
    await pass(119_000);
    expect(far.sent).toEqual([1, 2]);
    await pass(5_000);
    expect(far.sent).toEqual([1, 2, 2, 3]);
    expect(outbox.status()).toMatchObject({ found: 0, possiblyTwice: 0, delivered: 3 });
  });

  test('is asked about even where the letter before it was never answered, and that is believed: listed is listed', async () => {
    const { far, outbox, accept } = await start({}, { proven: false });
    far.script = () => {
      far.rows.push(1);
      throw lostAnswer;
    };
    accept([1]);
    await pass(5_000);
    expect(far.sent).toEqual([1]);
    expect(outbox.status()).toMatchObject({ found: 1, possiblyTwice: 0 });
  });

  test.each([
    ['the list does not show a letter that was answered', (): Fate => 'absent'],
    ['the letter has no clock', (): Fate => 'unknown'],
  ])('is sent again without a wait, and counted, where %s', async (_why, fate) => {
    const { store, far, outbox, accept } = await start();
    far.fate = fate;
    far.script = (n, attempt) => {
      if (n === 2 && attempt === 1) throw lostAnswer;
    };
    accept([2, 3]);
    await pass(5_000);
    expect(far.sent.filter((n) => n > 1)).toEqual([2, 2, 3]);
    expect(outbox.status()).toMatchObject({ found: 0, possiblyTwice: 1 });
    await pass(0);
    store.writeCursors();
    expect(store.cursors.state()[0]).toMatchObject({ possiblyTwice: 1 });
  });

  test('of the first letter of all waits for the window as well, and is counted: no list was ever proven', async () => {
    const { far, outbox, accept } = await start({}, { proven: false });
    far.script = (_n, attempt) => {
      if (attempt === 1) throw lostAnswer;
    };
    accept([1]);
    await pass(119_000);
    expect(far.sent).toEqual([1]);
    await pass(5_000);
    expect(far.sent).toEqual([1, 1]);
    expect(outbox.status().possiblyTwice).toBe(1);
  });

  test('is told from those before it that were refused or left out', async () => {
    const { far, accept } = await start({ intervalMs: 10_000 });
    const looked: number[][] = [];
    const fate = far.wasTaken.bind(far);
    far.wasTaken = (letter, before: readonly Letter[] = []) => {
      looked.push(before.map(numberOf));
      return fate(letter);
    };
    far.script = (n) => {
      if (n === 3) throw new Refused('no');
      if (n === 5) throw lostAnswer;
    };
    accept([2]);
    await pass(10_000);
    accept([3]);
    await pass(10_000);
    accept([4]);
    await pass(10_000);
    accept([5]);
    await pass(3_000);
    expect(looked[0]).toEqual([1, 4]);
  });

  test('with onAmbiguous: resend is sent again and nothing is asked', async () => {
    const { far, outbox, accept } = await start({ onAmbiguous: 'resend' });
    far.script = (n, attempt) => {
      if (n === 2 && attempt === 1) throw lostAnswer;
    };
    accept([2]);
    await pass(5_000);
    expect([far.sent, far.asked]).toEqual([[1, 2, 2], []]);
    expect(outbox.status().possiblyTwice).toBe(1);
  });

  test('with onAmbiguous: drop is not sent again where its fate stays unknown, and that is counted', async () => {
    const { store, far, outbox, accept } = await start({ onAmbiguous: 'drop' });
    far.fate = () => 'unknown';
    far.script = (n) => {
      if (n === 2) throw lostAnswer;
    };
    accept([2, 3]);
    await pass(5_000);
    expect(far.sent).toEqual([1, 2, 3]);
    expect(outbox.status()).toMatchObject({ delivered: 2, possiblyLost: 1, possiblyTwice: 0, waiting: 0 });
    expect(store.cursors.state()[0]).toMatchObject({ delivered: 2, possiblyLost: 1, waiting: 0 });
  });

  test('waits as long as the server cannot be asked', async () => {
    const { far, outbox, accept } = await start();
    far.script = (n, attempt) => {
      if (n === 2 && attempt === 1) throw lostAnswer;
    };
    far.fate = () => {
      throw new TryLater('connection refused');
    };
    accept([2]);
    await pass(3_600_000);
    expect(far.sent).toEqual([1, 2]);
    expect(outbox.status()).toMatchObject({ state: 'later', reason: 'connection refused' });
    far.rows.push(2);
    far.fate = () => 'taken';
    await pass(31_000);
    expect(outbox.status()).toMatchObject({ state: 'idle', delivered: 2, found: 1 });
  });

  test('is sent again, counted, where the server takes the question time and again without an answer', async () => {
    const { far, outbox, accept } = await start();
    far.script = (n, attempt) => {
      if (n === 2 && attempt === 1) throw lostAnswer;
    };
    far.fate = () => {
      throw new Ambiguous('504');
    };
    accept([2]);
    await pass(120_000);
    expect(far.sent).toEqual([1, 2]);
    await pass(400_000);
    expect(far.sent).toEqual([1, 2, 2]);
    expect(outbox.status()).toMatchObject({ possiblyTwice: 1, delivered: 2 });
  });
});

describe('after a process that was killed', () => {
  /** Five letters accepted, of which it had noted none; the far side has some. */
  async function restarted(rows: readonly number[], options: Parameters<typeof startOutbox>[2] = {}) {
    const { folder, far, outbox, accept } = await start();
    far.script = (n) => (n === 2 ? hang(new AbortController().signal) : undefined);
    accept([2, 3, 4, 5]);
    await pass(100);
    const copy = filesAsAfterAKill(folder);
    await outbox.stop();
    const next = new Listing();
    next.rows.push(1, ...rows);
    const store = openStore(copy);
    return { store, far: next, ...startOutbox(store, next, options) };
  }

  test('letters are asked about upward until the first that is absent; those behind it are sent', async () => {
    const { far, outbox } = await restarted([2, 3]);
    await pass(1_000);
    expect(far.sent).toEqual([]);
    await pass(125_000);
    expect([far.sent, far.rows]).toEqual([
      [4, 5],
      [1, 2, 3, 4, 5],
    ]);
    expect(far.asked).not.toContain(5);
    expect(outbox.status()).toMatchObject({ delivered: 5, found: 2, possiblyTwice: 0, waiting: 0 });
  });

  test('one that is still being stored is not sent again', async () => {
    const { far } = await restarted([]);
    await pass(60_000);
    far.rows.push(2);
    await pass(125_000);
    expect(far.sent).toEqual([3, 4, 5]);
  });

  test('where all was noted, a live letter goes at once and nothing is asked', async () => {
    const { folder, store, outbox } = await start();
    store.writeCursors();
    const copy = filesAsAfterAKill(folder);
    await outbox.stop();
    const far = new Listing();
    const next = startOutbox(openStore(copy), far);
    next.accept([2]);
    await pass(100);
    expect([far.sent, far.asked]).toEqual([[2], []]);
  });

  test('that had not sent anything yet the doubt is as old as the one before', async () => {
    const { store, outbox } = await restarted([]);
    const before = store.cursors.state()[0]?.doubt;
    expect(before).toMatch(/^\S+ \d+$/);
    await outbox.stop();
    store.close();
    expect(openStore(folderOf(store)).cursors.state()[0]?.doubt).toBe(before);
  });
});

describe('after a stop in order', () => {
  test('nothing is asked, and what waited is sent at once', async () => {
    const { folder, store, far, outbox, accept } = await start();
    far.script = (n) => {
      if (n > 1) throw new TryLater('down');
    };
    accept([2, 3]);
    await pass(100);
    await outbox.stop();
    store.close();
    const [next, reopened] = [new Listing(), openStore(folder)];
    startOutbox(reopened, next);
    await pass(100);
    expect([next.sent, next.asked]).toEqual([[2, 3], []]);
  });

  test('that cut a request its letter is asked about', async () => {
    const { folder, store, far, outbox, accept } = await start();
    far.script = (n, _attempt, signal) => (n === 2 ? hang(signal) : undefined);
    accept([2]);
    await pass(100);
    await outbox.stop();
    store.close();
    const next = new Listing();
    next.rows.push(1, 2);
    startOutbox(openStore(folder), next);
    await pass(100);
    expect([next.sent, next.asked]).toEqual([[], [2]]);
  });
});

describe('where nobody can be asked after a kill', () => {
  /** All were accepted and sent, none was noted; then another process begins, whose far side has no list. */
  async function killed(letters: readonly number[], options: Parameters<typeof startOutbox>[2] = {}) {
    stopTheClock();
    const folder = temporaryFolder();
    const store = openStore(folder);
    const first = startOutbox(store, new Scripted());
    accept(store, [first.outbox], letters);
    await pass(10_000);
    const copy = filesAsAfterAKill(folder);
    await first.outbox.stop();
    const [reopened, far] = [openStore(copy), new Scripted()];
    const second = startOutbox(reopened, far, options);
    return { store: reopened, far, ...second };
  }

  test('letters are sent again, each counted that the last process may have sent', async () => {
    const { far, outbox, accept } = await killed([1, 2, 3]);
    await pass(1_000);
    accept([4]);
    await pass(1_000);
    expect(far.sent).toEqual([1, 2, 3, 4]);
    expect(outbox.status()).toMatchObject({ delivered: 4, possiblyTwice: 3 });
  });

  test('of a long backlog only so many are counted as a process can send without a note', async () => {
    stopTheClock();
    const folder = temporaryFolder();
    const store = openStore(folder);
    accept(
      store,
      [],
      Array.from({ length: 400 }, (_, index) => index + 1),
    );
    store.cursors.doubt('a', 'sending');
    store.close();
    const { outbox } = startOutbox(openStore(folder), new Scripted());
    await pass(10_000);
    expect(outbox.status()).toMatchObject({ delivered: 400, possiblyTwice: 256 });
  });

  test('with onAmbiguous: drop none that may have been sent is sent again', async () => {
    const { store, far, outbox, accept } = await killed([1, 2, 3], { onAmbiguous: 'drop' });
    await pass(1_000);
    accept([4]);
    await pass(1_000);
    expect(far.sent).toEqual([4]);
    expect(outbox.status()).toMatchObject({ delivered: 1, possiblyLost: 3, possiblyTwice: 0, waiting: 0 });
    expect(countsOf(store)).toEqual({ delivered: 1 });
  });
});

test('that a letter may come twice is counted even where the far side refuses it the second time', async () => {
  const { store, far, outbox, accept } = await start({ onAmbiguous: 'resend' });
  far.script = (n, attempt) => {
    if (n === 2) throw attempt === 1 ? lostAnswer : new Refused('400');
  };
  accept([2]);
  await pass(5_000);
  expect(outbox.status()).toMatchObject({ refused: 1, possiblyTwice: 1 });
  expect(store.cursors.state()[0]).toMatchObject({ buried: 1, possiblyTwice: 1 });
});

test('a list is believed after a start although the letter that proves it came from another source', async () => {
  stopTheClock();
  const folder = temporaryFolder();
  const store = openStore(folder);
  const far = new Listing();
  const { outbox, accept } = startOutbox(store, far);
  accept([1], 0, 'barn');
  await pass(100);
  far.script = (n, _attempt, signal) => (n === 2 ? hang(signal) : undefined);
  accept([2], 0, 'house');
  await pass(100);
  const copy = filesAsAfterAKill(folder);
  await outbox.stop();
  far.script = () => undefined;
  const next = startOutbox(openStore(copy), far);
  await pass(130_000);
  expect(far.rows).toEqual([1, 2]);
  expect(next.outbox.status()).toMatchObject({ delivered: 2, possiblyTwice: 0 });
});

function folderOf(store: { options: { path: string } }): string {
  return store.options.path.replace(/\/journal\.db$/, '');
}

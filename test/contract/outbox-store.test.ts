import Queue, { type Store } from 'better-queue';
import { describe, expect, test } from 'vitest';
import { CursorStore, type Bundle } from '../../src/outbox/cursor-store.ts';

/**
 * What better-queue 3.8.12 asks of a store, over every store that we give it. Its README names less than its code calls;
 * source: reading lib/queue.js.
 */
interface Member {
  readonly name: string;
  /** A store in which these wait, oldest first. */
  readonly create: (waiting: string[]) => Store<Bundle<string>>;
}

const members: Member[] = [
  {
    name: 'CursorStore',
    create: (waiting) => new CursorStore({ take: async () => Promise.resolve(waiting.splice(0, 2)) }),
  },
];

/** A store's answer, however late it comes; `atOnce` where it came before the call returned. */
async function ask<T>(
  call: (done: (error: Error | null, answer?: T) => void) => void,
): Promise<{ error: Error | null; answer: T | undefined; atOnce: boolean }> {
  return new Promise((resolve) => {
    let atOnce = true;
    call((error, answer) => resolve({ error, answer, atOnce }));
    atOnce = false;
  });
}

describe.each(members)('$name', ({ create }) => {
  const itemsOf = (tasks: Record<string, Bundle<string>> | undefined) =>
    Object.values(tasks ?? {}).flatMap(({ items }) => items);

  test('connects with a number of tasks: anything else ends the process', async () => {
    const { error, answer } = await ask<number>((done) => create([]).connect(done));
    expect([error, Number.isInteger(answer)]).toEqual([null, true]);
  });

  test('has nothing running at the start: better-queue would begin all of it at once', async () => {
    expect(await ask((done) => create(['a']).getRunningTasks(done))).toMatchObject({ error: null, answer: {} });
  });

  test('knows no task by its id: each push is new to better-queue', async () => {
    expect((await ask((done) => create(['a']).getTask('a', done))).answer).toBeUndefined();
  });

  test('takes every put without an error: better-queue would drop the task without a word', async () => {
    expect(await ask((done) => create([]).putTask('x', { id: 'x', items: [] }, undefined, done))).toMatchObject({
      error: null,
    });
    expect(await ask((done) => create([]).deleteTask('x', done))).toMatchObject({ error: null });
  });

  test('answers a take with a lock, also where nothing waits: no lock stalls better-queue', async () => {
    const store = create([]);
    const { error, answer } = await ask<string>((done) => store.takeFirstN(1, done));
    expect([error, typeof answer]).toEqual([null, 'string']);
    expect((await ask((done) => store.getLock(answer!, done))).answer).toEqual({});
  });

  test('opens a lock before the call returns: better-queue would begin a second run meanwhile', async () => {
    const store = create(['a', 'b', 'c']);
    const { answer: lock } = await ask<string>((done) => store.takeFirstN(1, done));
    const { atOnce, answer } = await ask<Record<string, Bundle<string>>>((done) => store.getLock(lock!, done));
    expect(atOnce).toBe(true);
    expect(itemsOf(answer)).toEqual(['a', 'b']);
  });

  test('gives one lock at a time, in order, under ids that are not sorted as numbers', async () => {
    const store = create(['a', 'b', 'c', 'd', 'e']);
    const seen: string[] = [];
    for (let n = 0; n < 3; n++) {
      const { answer: lock } = await ask<string>((done) => store.takeFirstN(1, done));
      const { answer: tasks } = await ask<Record<string, Bundle<string>>>((done) => store.getLock(lock!, done));
      expect(Object.keys(tasks ?? {})).toEqual([expect.stringMatching(/^\D/)]);
      seen.push(...itemsOf(tasks));
      expect(await ask((done) => store.releaseLock(lock!, done))).toMatchObject({ error: null });
    }
    expect(seen).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('lets better-queue itself work through everything in order, one run at a time, and stop', async () => {
    const letters = Array.from({ length: 1_001 }, (_, n) => `letter ${n}`);
    const waiting = [...letters];
    const seen: string[] = [];
    let [running, mostRunning] = [0, 0];
    await new Promise<void>((resolve) => {
      const queue = new Queue<Bundle<string>>(
        ({ items }, done) => {
          mostRunning = Math.max(mostRunning, ++running);
          setImmediate(() => {
            running -= 1;
            seen.push(...items);
            if (seen.length === letters.length) resolve();
            done(null);
          });
        },
        { store: create(waiting), id: 'id', batchSize: 1, concurrent: 1, maxRetries: 1 },
      );
      letters.forEach((id) => queue.push({ id, items: [] }));
    });
    expect(seen).toEqual(letters);
    expect(mostRunning).toBe(1);
  });
});

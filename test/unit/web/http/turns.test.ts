import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Problem } from '../../../../src/web/http/problem.ts';
import { Turns } from '../../../../src/web/http/turns.ts';

test('one after the other, in a turn of the event loop of its own', async () => {
  const turns = new Turns();
  const events: string[] = [];
  const asked = ['first', 'second', 'third'].map(async (name) => {
    await turns.next();
    events.push(name);
  });
  const between = (async () => {
    for (let count = 1; count <= 4; count++) {
      await turn();
      events.push('something else');
    }
  })();
  await Promise.all([...asked, between]);
  expect(events.filter((event) => event !== 'something else')).toEqual(['first', 'second', 'third']);
  expect(events.indexOf('second') - events.indexOf('first')).toBeGreaterThan(1);
  expect(events.indexOf('third') - events.indexOf('second')).toBeGreaterThan(1);
});

test('whoever would have waited too long is told to come again, and the next one is not held up', async () => {
  let nowMs = 0;
  const turns = new Turns(() => nowMs);
  const slow = turns.next().then(() => (nowMs += 1_600));
  const late = turns.next();
  await slow;
  await expect(late).rejects.toThrow(Problem);
  await expect(turns.next()).resolves.toBeUndefined();
  await late.catch((error: unknown) => {
    const { status, headers } = error as Problem;
    expect([status, headers['retry-after']]).toEqual([503, '1']);
  });
});

import { expect, test } from 'vitest';
import { NO_LOSSES } from '../../../src/journal/losses.ts';
import { countsOf, filesAsAfterAKill, incoming, openStore, several, temporaryFolder } from '../../support/journal.ts';

const dead = (n: number, reason = `refused ${n}`) => ({ ...incoming(n), seq: n, buriedAt: 5, reason });
const reasonsOf = (letters: readonly { reason: string }[]) => letters.map(({ reason }) => reason);

function buried(...numbers: number[]) {
  const folder = temporaryFolder();
  const endpoints = [
    { name: 'a', source: undefined },
    { name: 'b', source: undefined },
  ];
  const store = openStore(folder, { endpoints });
  store.append(several(1, 5));
  for (const n of numbers) store.bury('a', dead(n));
  return { folder, store };
}

test('a dead letter is kept with its bytes and its reason, together with the cursor that moved past it', () => {
  const { folder, store } = buried(1, 2);
  expect(store.dead.list('a', 10)).toEqual([
    { ...dead(1), id: 1, endpoint: 'a', retry: false, aside: false },
    { ...dead(2), id: 2, endpoint: 'a', retry: false, aside: false },
  ]);
  const killed = openStore(filesAsAfterAKill(folder));
  expect(reasonsOf(killed.dead.list('a', 10))).toEqual(['refused 1', 'refused 2']);
  expect(countsOf(killed)).toEqual({ waiting: 3, buried: 2 });
});

test('a letter whose row was damaged is kept without bytes', () => {
  const { store } = buried();
  store.bury('a', { ...dead(1), raw: undefined });
  expect(store.dead.list('a', 1)[0]?.raw).toBeUndefined();
});

test('lists are by endpoint or of all, oldest first, and bounded', () => {
  const { store } = buried(1, 2, 3);
  store.bury('b', dead(1, 'of b'));
  expect(reasonsOf(store.dead.list(undefined, 10))).toEqual(['refused 1', 'refused 2', 'refused 3', 'of b']);
  expect(reasonsOf(store.dead.list('a', 2))).toEqual(['refused 1', 'refused 2']);
  expect([store.dead.count('a'), store.dead.count('b')]).toEqual([3, 1]);
});

test('those marked to go again are given out in order until each was taken or refused again', () => {
  const { store } = buried(1, 2, 3);
  expect(store.changeDead((letters) => letters.retry('a', [3, 1, 99, 1]))).toEqual({ count: 2, missing: [99] });
  expect(reasonsOf(store.dead.toRetry('a', 10))).toEqual(['refused 1', 'refused 3']);
  store.deadTaken('a', 1, 'answered');
  store.changeDead((letters) => letters.refusedAgain(3, 'still no', 77));
  expect(store.dead.toRetry('a', 10)).toEqual([]);
  expect(store.dead.list('a', 10)).toMatchObject([
    { id: 2 },
    { id: 3, reason: 'still no', buriedAt: 77, retry: false, aside: false },
  ]);
});

test('those marked later go behind those marked before, which may be in flight', () => {
  const { folder, store } = buried(1, 2, 3, 4);
  store.changeDead((letters) => letters.retry('a', [2, 3]));
  store.changeDead((letters) => letters.refusedAgain(2, 'refused 2', 77));
  store.changeDead((letters) => letters.retry('a', undefined));
  const killed = openStore(filesAsAfterAKill(folder));
  const expected = ['refused 3', 'refused 1', 'refused 2', 'refused 4'];
  expect(reasonsOf(killed.dead.toRetry('a', 10))).toEqual(expected);
});

test('one that is taken at its second try counts as delivered, once, and no more as buried', () => {
  const { folder, store } = buried(1, 2);
  store.deadTaken('a', 1, 'answered');
  store.deadTaken('a', 1, 'answered');
  expect(countsOf(store)).toEqual({ waiting: 3, delivered: 1, buried: 1 });
  expect(countsOf(openStore(filesAsAfterAKill(folder)))).toEqual({ waiting: 3, delivered: 1, buried: 1 });
});

test('they are dropped by number or all at once, of the endpoint that was named only', () => {
  const { store } = buried(1, 2, 3);
  store.bury('b', dead(1, 'of b'));
  expect(store.changeDead((letters) => letters.drop('a', [2, 4]))).toEqual({ count: 1, missing: [4] });
  expect(store.changeDead((letters) => letters.drop('a', undefined))).toEqual({ count: 2, missing: [] });
  expect(reasonsOf(store.dead.list(undefined, 10))).toEqual(['of b']);
});

test('those that are set aside are neither sent again nor dropped by hand: the letters behind them decide', () => {
  const { store } = buried(1);
  store.bury('a', dead(2), true);
  for (const change of ['retry', 'drop'] as const) {
    expect(store.changeDead((letters) => letters[change]('a', [2]))).toEqual({ count: 0, missing: [2] });
    expect(store.changeDead((letters) => letters[change]('a', undefined))).toEqual({ count: 1, missing: [] });
  }
  expect(store.dead.list('a', 10)).toMatchObject([{ id: 2, aside: true, retry: false }]);
});

test('lists go on behind a number', () => {
  const { store } = buried(1, 2, 3);
  expect(reasonsOf(store.dead.list('a', 1, 1))).toEqual(['refused 2']);
  expect(store.dead.list('a', 10, 3)).toEqual([]);
});

test('at most 1,000 are kept for an endpoint: the oldest go, counted as dropped', () => {
  const { store } = buried();
  store.changeDead((letters) => {
    letters.add('b', dead(1, 'of b'));
    for (let n = 1; n <= 1_050; n++) letters.add('a', dead(n));
  });
  expect(store.dead.count('a')).toBe(1_000);
  expect(reasonsOf(store.dead.list('a', 1))).toEqual(['refused 51']);
  expect(store.dead.count('b')).toBe(1);
  expect(store.cursors.newlyLost()).toEqual(new Map([['a', { ...NO_LOSSES, forgotten: 50 }]]));
});

test('with the letter that is one too many the counts of the endpoint say that one was dropped', () => {
  const folder = temporaryFolder();
  const store = openStore(folder);
  store.append(several(1, 1_002));
  store.changeDead((letters) => {
    for (let n = 1; n <= 1_000; n++) letters.add('a', dead(n));
    store.cursors.pass(several(1, 1_000).map((_telegram, index) => ({ endpoint: 'a', seq: index + 1, how: 'buried' })));
  });
  store.bury('a', dead(1_001));
  expect(countsOf(store)).toEqual({ waiting: 1, buried: 1_000, dropped: 1 });
  expect(countsOf(openStore(filesAsAfterAKill(folder)))).toEqual({ waiting: 1, buried: 1_000, dropped: 1 });
});

test('those set aside are no dead letters, until they are condemned', () => {
  const { store } = buried();
  store.changeDead((letters) => {
    for (let n = 1; n <= 1_000; n++) letters.add('a', dead(n));
    for (let n = 1_001; n <= 1_003; n++) letters.add('a', dead(n), true);
  });
  expect(store.dead.count('a')).toBe(1_000);
  store.changeDead((letters) => letters.condemn('a'));
  expect(store.dead.count('a')).toBe(1_000);
  expect(reasonsOf(store.dead.list('a', 1))).toEqual(['refused 4']);
});

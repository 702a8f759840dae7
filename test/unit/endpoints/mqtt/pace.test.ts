import { expect, test } from 'vitest';
import { Pace } from '../../../../src/endpoints/mqtt/pace.ts';

/** At which of these times, in seconds, and powers the state goes. */
function gone(pace: Pace, telegrams: readonly (readonly [s: number, power?: number | undefined])[]): number[] {
  return telegrams.filter(([s, power]) => pace.isDue(1_000 * s, power)).map(([s]) => s);
}
const every = (seconds: number, until: number, power?: number) =>
  Array.from({ length: until / seconds }, (_, index) => [index * seconds, power] as const);

test('the first telegram goes at once, then one in each interval', () => {
  expect(gone(new Pace({ intervalMs: 10_000, powerDelta: 100 }), every(1, 35, 500))).toEqual([0, 10, 20, 30]);
});

test('a step of the power goes at once, against what was shown last', () => {
  const pace = new Pace({ intervalMs: 10_000, powerDelta: 100 });
  const telegrams = [
    [0, 500],
    [1, 560],
    [2, 599],
    [3, 600],
    [4, 650],
    [5, 501],
    [6, 500],
    [7, -200],
    [8, undefined],
  ] as const;
  expect(gone(pace, telegrams)).toEqual([0, 3, 6, 7]);
});

test('but never twice within a second', () => {
  const pace = new Pace({ intervalMs: 10_000, powerDelta: 100 });
  expect(
    gone(pace, [
      [0, 0],
      [0.5, 5_000],
      [0.9, 5_000],
      [1, 5_000],
      [1.5, 0],
      [2, 0],
    ]),
  ).toEqual([0, 1, 2]);
});

test('an interval of 0 is every telegram, however fast they come', () => {
  expect(gone(new Pace({ intervalMs: 0, powerDelta: 100 }), every(0.1, 1))).toHaveLength(10);
});

test('a meter slower than the interval goes with each telegram', () => {
  expect(gone(new Pace({ intervalMs: 10_000, powerDelta: 100 }), every(15, 60))).toEqual([0, 15, 30, 45]);
});

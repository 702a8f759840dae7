import { expect, test } from 'vitest';
import { minutesOf, sample } from '../../support/history.ts';

/** The beginning of a minute. */
const NOON = 29_000_000 * 60;
const power = { netW: 600, phasesW: [600, null, null, null, null, null] };

test('a phase is integrated over what was seen, and not over a gap', () => {
  const minutes = minutesOf(
    [0, 10, 20, 200, 210].map((second) => sample(NOON + second, { import: second }, { power })),
  );
  // The first reading is of the minute that ends with it; then twice 10 s, and 10 s behind the gap.
  expect(minutes.map((minute) => minute.power?.phasesJ[0])).toEqual([0, 12_000, 6_000]);
});

test('a clock that is set back by less than two minutes stands still until it has caught up; by more it is believed', () => {
  const at = (...seconds: number[]) =>
    minutesOf(seconds.map((second, index) => sample(NOON + second, { import: index }))).map(
      ({ endS, samples, runs }) => [...[endS - NOON, samples], ...runs.map(({ last }) => last.atS - NOON)],
    );
  expect(at(170, 180, 61, 71, 190)).toEqual([
    [180, 4, 180],
    [240, 1, 190],
  ]);
  expect(at(170, 180, 59, 69)).toEqual([
    [180, 2, 180],
    [60, 1, 59],
    [120, 1, 69],
  ]);
});

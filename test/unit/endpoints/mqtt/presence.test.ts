import { describe, expect, test } from 'vitest';
import { Presence } from '../../../../src/endpoints/mqtt/presence.ts';

const S = 1_000;

/** When it is still heard, and no more, after telegrams at these seconds. */
function endOf(intervalS: number, ...seconds: number[]): number {
  const presence = new Presence(intervalS * S);
  for (const second of seconds) presence.heard(second * S);
  const last = seconds.at(-1) ?? 0;
  for (let after = 0; after < 10_000; after++) if (!presence.isHeard((last + after) * S)) return after;
  return Infinity;
}

describe('a meter is away', () => {
  test.each<[string, number, number[], number]>([
    ['before its first telegram', 10, [], 0],
    ['after 30 s, where its state goes every 10 s or with each telegram', 10, [0, 1, 2], 30],
    ['after 30 s with interval 0', 0, [0, 1, 2], 30],
    ['after three intervals where that is longer', 60, [0, 1, 2], 180],
    ['after three telegrams of one that prints once in 5 minutes', 10, [0, 300, 600], 900],
    ['after 30 s where the last gap was a silence', 10, [0, 1, 2, 3_602], 30],
  ])('%s', (_, intervalS, seconds, expected) => {
    expect(endOf(intervalS, ...seconds)).toBe(expected);
  });
});

import { expect, test } from 'vitest';
import { Recent } from '../../../src/journal/recent.ts';
import type { Letter } from '../../../src/journal/letter.ts';

const letter = (seq: number, source = 'house'): Letter => ({
  seq,
  telegram: { source, receivedAt: new Date(0), checksum: 'valid', raw: Buffer.alloc(0) },
});
const letters = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => letter(from + index));
const seqsOf = (found: readonly Letter[] | undefined) => found?.map(({ seq }) => seq);

test('an endpoint that keeps up is served from memory, in order, its own source only', () => {
  const recent = new Recent();
  recent.begin(10);
  recent.add([letter(11), letter(12, 'barn'), letter(13)]);
  expect(seqsOf(recent.behind(10, 2, undefined))).toEqual([11, 12]);
  expect(seqsOf(recent.behind(10, 9, 'house'))).toEqual([11, 13]);
  expect(seqsOf(recent.behind(13, 9, undefined))).toEqual([]);
});

test('one that lags behind what is held is sent to the disk', () => {
  const recent = new Recent();
  recent.begin(10);
  recent.add([letter(11)]);
  expect(recent.behind(9, 9, undefined)).toBeUndefined();
});

test('however many come, few are held, and none is skipped between disk and memory', () => {
  const recent = new Recent();
  recent.begin(0);
  // Numbers have holes: a crash skips the rest of a block.
  for (let seq = 3; seq <= 9_000; seq += 3) recent.add([letter(seq)]);
  for (let after = 0; after <= 9_000; after++) {
    const found = recent.behind(after, 1_000, undefined);
    if (found === undefined) continue;
    expect(seqsOf(found)?.[0]).toBe(after < 9_000 ? 3 * (Math.floor(after / 3) + 1) : undefined);
    expect(found.length).toBeLessThanOrEqual(128);
  }
  expect(recent.behind(9_000 - 3 * 64, 1_000, undefined)).toHaveLength(64);
  recent.add(letters(9_001, 10_000));
  expect(recent.behind(9_900, 1_000, undefined)).toBeUndefined();
  expect(seqsOf(recent.behind(9_990, 3, undefined))).toEqual([9_991, 9_992, 9_993]);
});

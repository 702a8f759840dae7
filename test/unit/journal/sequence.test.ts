import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { migrations } from '../../../src/journal/schema.ts';
import { Sequence } from '../../../src/journal/sequence.ts';
import { openDatabase } from '../../../src/storage/sqlite.ts';
import { filesAsAfterAKill, incoming, openStore, several, temporaryFolder } from '../../support/journal.ts';

describe('sequence numbers', () => {
  test('a clean close leaves no hole', () => {
    const folder = temporaryFolder();
    const first = openStore(folder);
    expect(first.append(several(1, 3))).toEqual([1, 2, 3]);
    first.close();
    expect(openStore(folder).append([incoming(4)])).toEqual([4]);
  });

  test('an open after a crash skips the rest of the block of 1,000', () => {
    const folder = temporaryFolder();
    openStore(folder).append(several(1, 3));
    expect(openStore(filesAsAfterAKill(folder)).append([incoming(4)])).toEqual([1_001]);
  });

  test('a power cut that takes the whole -wal back does not give their numbers to others', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    const used = Array.from({ length: 3 }, () => store.append(several(1, 700))).flat();
    const copy = filesAsAfterAKill(folder);
    rmSync(join(copy, 'journal.db-wal'));
    const next = openStore(copy).append([incoming(1)])[0]!;
    expect(used).toHaveLength(2_100);
    expect(next).toBeGreaterThan(Math.max(...used));
  });

  test('an append larger than a block gets its numbers in one piece', () => {
    const folder = temporaryFolder();
    const seqs = openStore(folder).append(several(1, 2_500));
    expect([seqs[0], seqs.at(-1), new Set(seqs).size]).toEqual([1, 2_500, 2_500]);
    expect(openStore(filesAsAfterAKill(folder)).append([incoming(1)])[0]).toBeGreaterThan(2_500);
  });

  test('the numbers of an append that failed are not used again', () => {
    const store = openStore(temporaryFolder());
    store.append([incoming(1)]);
    expect(() => store.append([incoming(2), { ...incoming(3), at: Symbol('no time') as unknown as number }])).toThrow();
    expect(store.append([incoming(4)])[0]).toBeGreaterThanOrEqual(2);
    const seqs = store.read(0, 10, undefined).map(({ seq }) => seq);
    expect(new Set(seqs).size).toBe(2);
  });

  test('a block whose reservation did not reach the disk is not handed out', () => {
    const sequence = new Sequence(openDatabase(join(temporaryFolder(), 'x.db'), migrations, 1_024));
    const diskFull = () => {
      throw new Error('disk full');
    };
    expect(() => sequence.reserve(1, diskFull)).toThrow('disk full');
    expect(sequence.holds(1)).toBe(false);
    sequence.reserve(1, (work) => work());
    expect([sequence.holds(1_000), sequence.holds(1_001), sequence.take()]).toEqual([true, false, 1]);
  });
});

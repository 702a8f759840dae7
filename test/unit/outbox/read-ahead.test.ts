import { expect, test } from 'vitest';
import { READ_AT_ONCE, ReadAhead, type Letters } from '../../../src/outbox/read-ahead.ts';

/** Letters 1 to `head`, which a test may raise; every read is noted. */
class Backlog {
  head: number;
  readonly reads: number[] = [];
  fails = false;

  constructor(head: number) {
    this.head = head;
  }

  read = (after: number, limit: number): Promise<Letters> => {
    this.reads.push(after);
    if (this.fails) return Promise.reject(new Error('the disk does not answer'));
    const count = Math.max(0, Math.min(limit, this.head - after));
    return Promise.resolve(Array.from({ length: count }, (_, index) => damaged(after + 1 + index)));
  };
}

function damaged(seq: number): Letters[number] {
  return { seq, damaged: true, source: 'meter', receivedAt: new Date(0) };
}

const seqs = (letters: Letters): number[] => letters.map(({ seq }) => seq);
const from = (first: number, count: number): number[] => Array.from({ length: count }, (_, index) => first + index);

test('a full read begins the one behind it, which is not made again', async () => {
  const backlog = new Backlog(2 * READ_AT_ONCE + 1);
  const ahead = new ReadAhead(backlog.read);
  expect(seqs(await ahead.next(0))).toEqual(from(1, READ_AT_ONCE));
  expect(backlog.reads).toEqual([0, READ_AT_ONCE]);
  expect(seqs(await ahead.next(READ_AT_ONCE))).toEqual(from(READ_AT_ONCE + 1, READ_AT_ONCE));
  expect(seqs(await ahead.next(2 * READ_AT_ONCE))).toEqual([2 * READ_AT_ONCE + 1]);
  expect(backlog.reads).toEqual([0, READ_AT_ONCE, 2 * READ_AT_ONCE]);
});

test('what came after an empty read ahead is found', async () => {
  const backlog = new Backlog(READ_AT_ONCE);
  const ahead = new ReadAhead(backlog.read);
  await ahead.next(0);
  backlog.head += 1;
  expect(seqs(await ahead.next(READ_AT_ONCE))).toEqual([READ_AT_ONCE + 1]);
});

test('a read ahead of another place is not used', async () => {
  const ahead = new ReadAhead(new Backlog(2 * READ_AT_ONCE).read);
  await ahead.next(0);
  expect(seqs(await ahead.next(7))).toEqual(from(8, READ_AT_ONCE));
});

test('who asks meets the error of a read ahead, and the next ask reads anew', async () => {
  const backlog = new Backlog(2 * READ_AT_ONCE);
  const ahead = new ReadAhead((after, limit) => {
    backlog.fails = after === READ_AT_ONCE && backlog.reads.length === 1;
    return backlog.read(after, limit);
  });
  await ahead.next(0);
  await expect(ahead.next(READ_AT_ONCE)).rejects.toThrow('the disk does not answer');
  expect(seqs(await ahead.next(READ_AT_ONCE))).toEqual(from(READ_AT_ONCE + 1, READ_AT_ONCE));
});

import { describe, expect, test } from 'vitest';
import { LetterList, type LettersAsk } from '../../../src/web/letters.ts';
import type { LetterDesk } from '../../../src/web/office/letter-desk.ts';
import type { Row } from '../../../src/journal/telegrams.ts';
import { printPosted } from '../../../src/reading/posted.ts';

const START = Date.parse('2026-07-01T00:00:00Z');

/** A letter of every second by the meter's clock, received a day later; numbers from `holes` on are a thousand higher each. */
function rowsOf(count: number, holes: readonly number[] = []): Row[] {
  let seq = 0;
  return Array.from({ length: count }, (_, second) => {
    seq += holes.includes(second) ? 1_001 : 1;
    const timestamp = new Date(START + second * 1_000).toISOString().replace('.000Z', '+00:00');
    return {
      seq,
      source: 'esp',
      at: START + 86_400_000 + second * 1_000,
      checksum: 'absent',
      raw: printPosted({ timestamp }),
    };
  });
}

/** A journal that counts how many letters it had to give. */
function officeOf(rows: readonly Row[]): { office: LetterDesk; given: () => number } {
  let given = 0;
  const give = (some: readonly Row[]): Promise<readonly Row[]> => {
    given += some.length;
    return Promise.resolve(some);
  };
  const office: LetterDesk = {
    head: async () => Promise.resolve(rows.at(-1)?.seq ?? 0),
    letters: async (_: string, after: number, limit: number) => {
      const first = rows.findIndex(({ seq }) => seq > after);
      return give(first < 0 ? [] : rows.slice(first, first + limit));
    },
    lettersBefore: async (_: string, before: number, limit: number) =>
      give(rows.filter(({ seq }) => seq < before).slice(-limit)),
    count: async (_: string, after: number, upTo: number) =>
      Promise.resolve({ upTo, count: rows.filter(({ seq }) => seq > after && seq <= upTo).length }),
  };
  return { office, given: () => given };
}

const ALL: LettersAsk = { from: -Infinity, to: Infinity, descends: false, offset: 0, limit: 3 };

async function list(
  rows: readonly Row[],
  ask: Partial<LettersAsk>,
): Promise<{ count: number; seconds: number[]; given: number }> {
  const { office, given } = officeOf(rows);
  const found = await new LetterList(office, { name: 'esp', timeZone: 'Europe/Amsterdam' }).list({ ...ALL, ...ask });
  const seconds = found.rows.map(({ at }) => (at - START - 86_400_000) / 1_000);
  return { count: found.count, seconds, given: given() };
}

const second = (n: number): number => START + n * 1_000;

describe('a long list', () => {
  const plain = rowsOf(20_000);
  const holed = rowsOf(20_000, [0, 5_000, 9_000, 19_999]);
  const none = { count: 20_000 };

  test.each([
    ['its beginning', {}, [0, 1, 2], none],
    ['its end', { descends: true }, [19_999, 19_998, 19_997], none],
    ['a page in the midst of it', { offset: 8_999 }, [8_999, 9_000, 9_001], none],
    ['such a page from its end', { offset: 10_998, descends: true }, [9_001, 9_000, 8_999], none],
    ['the last page', { offset: 19_998 }, [19_998, 19_999], none],
    ['the last page from its end', { offset: 19_998, descends: true }, [1, 0], none],
    ['what is behind it', { offset: 20_000 }, [], none],
    ['a period', { from: second(4_998), to: second(12_000), offset: 1 }, [4_999, 5_000, 5_001], { count: 7_003 }],
    ['a second', { from: second(5_000), to: second(5_000) }, [5_000], { count: 1 }],
    ['a second between two', { from: second(5_000) + 1, to: second(5_001) - 1 }, [], { count: 0 }],
  ])('gives %s, whatever numbers were never used', async (_, ask, seconds, { count }) => {
    expect(await list(plain, ask)).toMatchObject({ count, seconds });
    expect(await list(holed, ask)).toMatchObject({ count, seconds });
  });

  test('is not read as a whole for that', async () => {
    const { given } = await list(plain, { from: second(15_000), to: second(15_000) });
    expect(given).toBeLessThan(1_000);
  });
});

test('a few letters out of order are found by their own time, and stand in its order', async () => {
  const rows = rowsOf(250);
  const [late] = rows.splice(100, 1);
  const moved = [...rows, { ...late!, seq: 251 }];
  expect(await list(moved, { from: second(99), to: second(101) })).toMatchObject({ count: 3, seconds: [99, 100, 101] });
});

test('pages of thousands come whole', async () => {
  const { seconds } = await list(rowsOf(3_000), { limit: 2_500, offset: 100 });
  expect([seconds.length, seconds[0], seconds.at(-1)]).toEqual([2_500, 100, 2_599]);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { thin, type ThinRow } from '../../src/journal/thin.ts';

const MINUTE_MS = 60_000;

/** How a telegram follows on the one before. */
const step = fc.record({
  ms: fc.constantFrom(1_000, 1_000, 1_000, 2_000, 10_000, 70_000, 3_600_000),
  tariff: fc.constantFrom(1, 1, 1, 1, 2),
  gas: fc.constantFrom(7, 7, 7, 7, 8),
  damaged: fc.constantFrom(false, false, false, false, true),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function rowsOf(steps: readonly Step[]): ThinRow[] {
  let at = Date.parse('2026-01-05T11:00:00Z');
  return steps.map(({ ms, tariff, gas, damaged }, seq) => {
    at += ms;
    const stamp = new Date(at + 3_600_000).toISOString().replaceAll(/\D/g, '').slice(2, 14);
    const text = `/X\r\n\r\n0-0:1.0.0(${stamp}W)\r\n0-0:96.14.0(000${tariff})\r\n0-1:24.2.1(${gas})\r\n!\r\n`;
    return { seq, source: 1, at, raw: damaged ? undefined : Buffer.from(text) };
  });
}

const minute = (row: ThinRow | undefined) => row && Math.floor(row.at / MINUTE_MS);
const changes = ({ raw }: ThinRow): string => raw?.toString().split('\r\n').slice(3, 5).join() ?? '';

/** Thins slice by slice, each with what was kept of the one before. */
function slicewise(rows: readonly ThinRow[], size: number, intervalMs: number): ThinRow[] {
  const kept: ThinRow[] = [];
  for (let start = 0; start < rows.length; start += size) {
    const slice = rows.slice(start, start + size);
    const gone = new Set(thin(slice, kept.at(-1), intervalMs));
    kept.push(...slice.filter((row) => !gone.has(row)));
  }
  return kept;
}

test('whatever comes, in slices of any size, the first and last of each minute and every change are kept, and once is enough', () => {
  const holds = fc.property(
    fc.array(step, { minLength: 1, maxLength: 200 }),
    fc.integer({ min: 1, max: 80 }),
    fc.constantFrom(5_000, 10_000, 600_000),
    (steps, size, intervalMs) => {
      const rows = rowsOf(steps);
      const kept = slicewise(rows, size, intervalMs);
      const must = rows.filter((row, index) => {
        const [before, next] = [rows[index - 1], rows[index + 1]];
        const ends = minute(row) !== minute(before) || minute(row) !== minute(next);
        return ends || before === undefined || changes(row) !== changes(before);
      });
      expect(kept).toEqual(expect.arrayContaining(must));
      const inOneGo = slicewise(rows, rows.length, intervalMs);
      expect(thin(inOneGo, undefined, intervalMs)).toEqual([]);
    },
  );
  fc.assert(holds, { seed: 20_260_105, numRuns: 300 });
});

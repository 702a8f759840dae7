import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Resolution } from '../../src/history/answers.ts';
import { apportion } from '../../src/history/apportion.ts';
import type { Sample } from '../../src/history/sample.ts';
import { HistoryScene, sample } from '../support/history.ts';

/** What happens from one reading to the next: time passes, energy moves, and seldom something odd. */
interface Step {
  readonly seconds: number;
  readonly imported1: number;
  readonly imported2: number;
  readonly exported: number;
  readonly isSwap: boolean;
}

const seconds = fc.oneof(
  { weight: 30, arbitrary: fc.integer({ min: 1, max: 40 }) },
  { weight: 2, arbitrary: fc.integer({ min: 55, max: 130 }) },
  { weight: 2, arbitrary: fc.integer({ min: 1_000, max: 9_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 90_000, max: 200_000 }) },
);
const energy = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 900 }) },
);
const isSwap = fc.oneof({ weight: 40, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });
const steps = fc.array(fc.record({ seconds, imported1: energy, imported2: energy, exported: energy, isSwap }), {
  ...{ minLength: 2, maxLength: 120 },
});
/** The evening before a change of the clocks, and a plain one. */
const begins = fc.constantFrom('2026-03-28T20:00:07Z', '2026-10-24T21:30:00Z', '2026-12-31T21:10:31Z');

/** A reading, and how much had moved by then: the second book-keeping, which knows no registers. */
interface Truth {
  readonly atS: number;
  readonly imported1: number;
  readonly imported2: number;
  readonly exported: number;
}

/** A register of eight digits, and one that soon goes over the last of them. */
const DIGITS = 100_000_000;
const NEAR_ITS_END = DIGITS - 600;

/** What a meter prints on that way, and what really moved. */
function live(begin: string, way: readonly Step[]): { samples: Sample[]; truth: Truth[] } {
  let now: Truth = { atS: Date.parse(begin) / 1_000, imported1: 0, imported2: 0, exported: 0 };
  let shown = { import1: 5_000, import2: 7_000, export1: 40 };
  let meters = 1;
  const samples = [sample(now.atS, shown, { equipment: 'meter 1' })];
  const truth = [now];
  for (const step of way) {
    const before = { ...shown };
    if (step.isSwap) {
      meters += 1;
      shown = { import1: 3, import2: 0, export1: NEAR_ITS_END };
      now = { ...now, atS: now.atS + step.seconds };
    } else {
      shown = {
        import1: before.import1 + step.imported1,
        import2: before.import2 + step.imported2,
        export1: before.export1 + step.exported,
      };
      now = {
        atS: now.atS + step.seconds,
        imported1: now.imported1 + step.imported1,
        imported2: now.imported2 + step.imported2,
        exported: now.exported + step.exported,
      };
      shown = { ...shown, export1: shown.export1 % DIGITS };
    }
    samples.push(sample(now.atS, shown, { equipment: `meter ${meters}` }));
    truth.push(now);
  }
  return { samples, truth };
}

/** The rule by hand: the last reading at or before a moment; between two that lie over a minute apart, the straight line. */
function movedBy(truth: readonly Truth[], atS: number, name: 'imported1' | 'imported2' | 'exported'): number {
  const after = truth.findIndex((one) => one.atS > atS);
  if (after === 0) return 0;
  const [last, next] = [truth.at(after === -1 ? -1 : after - 1)!, truth[after]];
  if (after === -1 || next === undefined || next.atS - last.atS <= 60) return last[name];
  return last[name] + Math.floor(((next[name] - last[name]) * (atS - last.atS)) / (next.atS - last.atS));
}

const RESOLUTIONS: readonly Resolution[] = ['minutes', 'quarters', 'hours', 'days', 'weeks', 'months'];

test('buckets of every resolution are what a second book-keeping says, to the watt-hour', { timeout: 300_000 }, () => {
  const claim = fc.property(begins, steps, fc.constantFrom(...RESOLUTIONS), (begin, way, resolution) => {
    const scene = new HistoryScene();
    try {
      const { samples, truth } = live(begin, way);
      scene.write(samples);
      const [first, last] = [truth[0]!, truth.at(-1)!];
      const ask = {
        fromS: first.atS - 1,
        toS: last.atS + 1,
        resolution,
        medium: 'electricity',
        mostBuckets: 1e6,
      } as const;
      const [whole] = scene.reader.usage({ ...ask, split: 'none' }).series;
      const byTariff = scene.reader.usage({ ...ask, split: 'tariff' }).series;
      for (const [index, bucket] of whole!.buckets.entries()) {
        const used = (name: 'imported1' | 'imported2' | 'exported'): number =>
          movedBy(truth, bucket.toS, name) - movedBy(truth, bucket.fromS, name);
        expect(bucket.imported).toBe(used('imported1') + used('imported2'));
        expect(bucket.exported).toBe(used('exported'));
        expect(byTariff.map(({ buckets }) => buckets[index]!.imported)).toEqual([used('imported1'), used('imported2')]);
        expect(bucket.coverage).toBeLessThanOrEqual(1);
      }
      expect(whole!.buckets.reduce((sum, { imported }) => sum + imported, 0)).toBe(last.imported1 + last.imported2);
      expect(whole!.buckets.reduce((sum, { exported }) => sum + exported, 0)).toBe(last.exported);
      expect(scene.reader.balance('home', 0, last.atS + 60)?.unaccounted).toBe(0);
    } finally {
      scene.end();
    }
  });
  fc.assert(claim, { seed: 20261121, numRuns: 80 });
});

test('what is rounded to whole units adds up to the rounded sum, and none is off by one', () => {
  const parts = fc.array(fc.integer({ min: 0, max: 1e7 }), { minLength: 1, maxLength: 50 });
  const claim = fc.property(parts, (amounts) => {
    const units = apportion(amounts, 3_600);
    const sum = amounts.reduce((total, amount) => total + amount, 0);
    expect(units.reduce((total, unit) => total + unit, 0)).toBe(Math.round(sum / 3_600));
    amounts.forEach((amount, index) => expect(Math.abs(units[index]! - amount / 3_600)).toBeLessThan(1));
  });
  fc.assert(claim, { seed: 20261121 });
});

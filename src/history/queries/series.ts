import { apportion } from '../apportion.ts';
import type { Bucket, Marker, Split, UsageSeries } from '../answers.ts';
import type { Span } from '../calendar.ts';
import { isTariffOf } from '../../reading/energy-registers.ts';
import { addUp, type Sums } from '../sums.ts';
import type { KeyedMeter } from './meters.ts';

/** A bucket of the calendar, and what each of the meters used in it. */
export interface Counted extends Span {
  readonly ofMeters: readonly Sums[];
}

type Energy = Pick<Bucket, 'imported' | 'exported' | 'isEstimated'>;

const JOULES_A_WH = 3_600;

const SPLITS: Readonly<Record<Split, (buckets: readonly Counted[], meters: readonly KeyedMeter[]) => UsageSeries[]>> = {
  none: (buckets) => [{ marker: undefined, buckets: buckets.map((bucket) => whole(bucket)) }],
  meter: (buckets, meters) =>
    meters.map(({ id }, index) => ({
      marker: { key: 'meter', value: id },
      buckets: buckets.map(({ fromS, toS, ofMeters }) =>
        whole({ fromS, toS, ofMeters: ofMeters.slice(index, index + 1) }),
      ),
    })),
  direction: (buckets) =>
    (['import', 'export'] as const).map((value) => ({
      marker: { key: 'direction', value },
      buckets: buckets.map((bucket) => ({ ...whole(bucket), [value === 'import' ? 'exported' : 'imported']: 0 })),
    })),
  tariff: byTariff,
  phase: byPhase,
};

/** The buckets, once for each value of a split. */
export function seriesOf(split: Split, buckets: readonly Counted[], meters: readonly KeyedMeter[]): UsageSeries[] {
  return SPLITS[split](buckets, meters);
}

function whole(counted: Counted): Bucket {
  const sums = addUp(counted.ofMeters);
  const isOne = counted.ofMeters.length === 1;
  return bucketOf(counted, sums, sums, {
    powerMeanW: sums.powers === 0 ? undefined : meanW(counted.ofMeters, sums.powerSumW / sums.powers),
    // Peaks of several meters need not come at the same time.
    powerMaxW: isOne ? sums.powerMaxW : undefined,
    powerMinW: isOne ? sums.powerMinW : undefined,
  });
}

/** Power is read of all tariffs and phases together. */
const NO_POWER = { powerMeanW: undefined, powerMaxW: undefined, powerMinW: undefined };

/** One by one, as a spread of many objects costs more than reading them. */
function bucketOf(
  { fromS, toS, ofMeters }: Counted,
  { seconds }: Sums,
  { imported, exported, isEstimated }: Energy,
  { powerMeanW, powerMaxW, powerMinW }: Pick<Bucket, keyof typeof NO_POWER> = NO_POWER,
): Bucket {
  return {
    fromS,
    toS,
    imported,
    exported,
    powerMeanW,
    powerMaxW,
    powerMinW,
    coverage: Math.min(1, seconds / Math.max(1, ofMeters.length) / (toS - fromS)),
    isEstimated,
  };
}

/** Of several meters together: what flows in one flows beside what flows in the other. */
function meanW(ofMeters: readonly Sums[], ofOne: number): number {
  if (ofMeters.length === 1) return Math.round(ofOne);
  return Math.round(ofMeters.reduce((sum, { powers, powerSumW }) => sum + (powers === 0 ? 0 : powerSumW / powers), 0));
}

function byTariff(buckets: readonly Counted[]): UsageSeries[] {
  const all = buckets.map(({ ofMeters }) => addUp(ofMeters));
  return tariffsAmong(all).map((value) => ({
    marker: { key: 'tariff', value },
    buckets: buckets.map((bucket, index) => {
      const sums = all[index] ?? addUp([]);
      const [imported, exported] = [sums.tariffs[`import${value}`] ?? 0, sums.tariffs[`export${value}`] ?? 0];
      return bucketOf(bucket, sums, { imported, exported, isEstimated: sums.isEstimated });
    }),
  }));
}

/** The numbers of the tariffs that have registers, smallest first. */
function tariffsAmong(all: readonly Sums[]): string[] {
  const names = new Set(all.flatMap(({ tariffs }) => Object.keys(tariffs)));
  const numbers = [...names]
    .filter((name) => isTariffOf('import', name) || isTariffOf('export', name))
    .map((name) => name.slice(6));
  return [...new Set(numbers)].sort((one, other) => Number(one) - Number(other));
}

/** Energy of a phase is integrated from power: the buckets of a series add up to the watt-hour all the same. */
function byPhase(buckets: readonly Counted[]): UsageSeries[] {
  const all = buckets.map(({ ofMeters }) => addUp(ofMeters));
  return [0, 1, 2].flatMap((phase) => {
    const [imports, exports] = [phase, phase + 3].map((index) => all.map(({ phasesJ }) => phasesJ[index] ?? null));
    if (imports === undefined || exports === undefined || imports.every((amount) => amount === null)) return [];
    const [imported = [], exported = []] = [imports, exports].map((amounts) => wholeWh(amounts));
    const series = buckets.map((bucket, index) =>
      bucketOf(bucket, all[index] ?? addUp([]), {
        imported: imported[index] ?? 0,
        exported: exported[index] ?? 0,
        isEstimated: true,
      }),
    );
    const marker: Marker = { key: 'phase', value: String(phase + 1) };
    return [{ marker, buckets: series }];
  });
}

function wholeWh(joules: readonly (number | null)[]): number[] {
  const amounts = joules.map((amount) => amount ?? 0);
  return apportion(amounts, JOULES_A_WH);
}

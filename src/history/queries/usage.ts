import { apportion } from '../apportion.ts';
import {
  TooManyBuckets,
  type AggregateAsk,
  type AggregateRow,
  type Bucket,
  type Marker,
  type Resolution,
  type Split,
  type Usage,
  type UsageAsk,
  type UsageSeries,
} from '../answers.ts';
import { Calendar } from '../calendar.ts';
import type { Ledger } from '../ledger.ts';
import { isTariffOf } from '../sample.ts';
import { addUp, type Sums } from '../sums.ts';
import type { KeyedMeter, MeterQueries } from './meters.ts';

/** A bucket of the calendar, and what each of the meters used in it. */
interface Counted {
  readonly fromS: number;
  readonly toS: number;
  readonly ofMeters: readonly Sums[];
}

const RESOLUTIONS: readonly Resolution[] = ['minutes', 'quarters', 'hours', 'days', 'weeks', 'months'];
/** The least that a bucket of each lasts. */
const LEAST_S: Readonly<Record<Resolution, number>> = {
  minutes: 60,
  quarters: 900,
  hours: 3_600,
  days: 82_800,
  weeks: 601_200,
  months: 2_415_600,
};
const JOULES_A_WH = 3_600;
const DEFAULT_ZONE = 'Europe/Amsterdam';

/** Usage by the calendar. */
export class UsageQueries {
  readonly #ledger: Ledger;
  readonly #meters: MeterQueries;

  constructor(ledger: Ledger, meters: MeterQueries) {
    this.#ledger = ledger;
    this.#meters = meters;
  }

  /** Buckets of the calendar from the one that holds `fromS` up to the one that holds the last second. @throws {UnknownMeter} {TooManyBuckets} */
  usage(ask: UsageAsk): Usage {
    const { resolution, medium, split } = ask;
    const meters = this.#meters.of(medium, ask.meter);
    const timeZone = ask.timeZone ?? meters[0]?.timeZone ?? DEFAULT_ZONE;
    const calendar = new Calendar(timeZone);
    const buckets = this.#counted(ask, calendar, meters);
    return {
      resolution,
      unit: meters[0]?.unit ?? 'Wh',
      timeZone,
      capacityW: meters.length === 1 ? meters[0]?.capacityW : undefined,
      series: seriesOf(split, buckets, meters),
    };
  }

  /** A month, all of a medium together or a row for each meter. @throws {UnknownMeter} */
  aggregate({ atS, medium, meter, isByMeter, split, timeZone }: AggregateAsk): readonly AggregateRow[] {
    const meters = this.#meters.of(medium, meter);
    const calendar = new Calendar(timeZone ?? meters[0]?.timeZone ?? DEFAULT_ZONE);
    const fromS = calendar.start('months', atS);
    const toS = calendar.next('months', fromS);
    const month = { fromS, toS, resolution: 'months', mostBuckets: Infinity } as const;
    const groups = isByMeter ? meters.map((one) => [one]) : [meters];
    return groups.flatMap((group) =>
      seriesOf(split, this.#counted(month, calendar, group), group).flatMap(({ marker, buckets: [bucket] }) =>
        bucket === undefined || group[0] === undefined
          ? []
          : [{ marker, meter: isByMeter ? group[0].id : undefined, unit: group[0].unit, bucket }],
      ),
    );
  }

  #counted(
    ask: Pick<UsageAsk, 'fromS' | 'toS' | 'resolution' | 'mostBuckets' | 'ignoresWeekends'>,
    calendar: Calendar,
    meters: readonly KeyedMeter[],
  ): Counted[] {
    refuseTooMany(ask);
    const firstS = Math.min(...meters.map(({ firstAtS }) => firstAtS));
    const lastS = Math.max(...meters.map(({ lastAtS }) => lastAtS));
    const buckets: Counted[] = [];
    const { resolution } = ask;
    let fromS = calendar.start(resolution, Math.max(ask.fromS, Math.min(firstS, ask.toS)));
    while (fromS < ask.toS && fromS < lastS) {
      const toS = calendar.next(resolution, fromS);
      const isLeftOut = ask.ignoresWeekends === true && calendar.isWeekend(fromS);
      if (!isLeftOut)
        buckets.push({ fromS, toS, ofMeters: meters.map(({ key }) => this.#ledger.used(key, fromS, toS)) });
      fromS = toS;
    }
    return buckets;
  }
}

/** @throws {TooManyBuckets} */
function refuseTooMany({
  fromS,
  toS,
  resolution,
  mostBuckets,
}: Pick<UsageAsk, 'fromS' | 'toS' | 'resolution' | 'mostBuckets'>): void {
  const fits = (name: Resolution): boolean => (toS - fromS) / LEAST_S[name] <= mostBuckets;
  if (!fits(resolution)) throw new TooManyBuckets(mostBuckets, RESOLUTIONS.find(fits));
}

const SPLITS: Readonly<Record<Split, (buckets: readonly Counted[], meters: readonly KeyedMeter[]) => UsageSeries[]>> = {
  none: (buckets) => [{ marker: undefined, buckets: buckets.map((bucket) => whole(bucket)) }],
  meter: (buckets, meters) =>
    meters.map(({ id }, index) => ({
      marker: { key: 'meter', value: id },
      buckets: buckets.map((bucket) => whole({ ...bucket, ofMeters: bucket.ofMeters.slice(index, index + 1) })),
    })),
  direction: (buckets) =>
    (['import', 'export'] as const).map((value) => ({
      marker: { key: 'direction', value },
      buckets: buckets.map((bucket) => ({ ...whole(bucket), [value === 'import' ? 'exported' : 'imported']: 0 })),
    })),
  tariff: byTariff,
  phase: byPhase,
};

function seriesOf(split: Split, buckets: readonly Counted[], meters: readonly KeyedMeter[]): UsageSeries[] {
  return SPLITS[split](buckets, meters);
}

function whole({ fromS, toS, ofMeters }: Counted): Bucket {
  const { imported, exported, seconds, powers, powerSumW, powerMaxW, powerMinW, isEstimated } = addUp(ofMeters);
  const isOne = ofMeters.length === 1;
  return {
    ...{ fromS, toS, imported, exported, isEstimated },
    // Peaks of several meters need not come at the same time.
    powerMeanW: powers === 0 ? undefined : meanW(ofMeters, powerSumW / powers),
    powerMaxW: isOne ? powerMaxW : undefined,
    powerMinW: isOne ? powerMinW : undefined,
    coverage: Math.min(1, seconds / Math.max(1, ofMeters.length) / (toS - fromS)),
  };
}

/** Of several meters together: what flows in one flows beside what flows in the other. */
function meanW(ofMeters: readonly Sums[], ofOne: number): number {
  if (ofMeters.length === 1) return Math.round(ofOne);
  return Math.round(ofMeters.reduce((sum, { powers, powerSumW }) => sum + (powers === 0 ? 0 : powerSumW / powers), 0));
}

function byTariff(buckets: readonly Counted[]): UsageSeries[] {
  const sums = buckets.map(({ ofMeters }) => addUp(ofMeters).tariffs);
  return tariffsAmong(sums.flatMap((tariffs) => Object.keys(tariffs))).map((value) => ({
    marker: { key: 'tariff', value },
    buckets: buckets.map((bucket, index) => ({
      ...withoutPower(whole(bucket)),
      imported: sums[index]?.[`import${value}`] ?? 0,
      exported: sums[index]?.[`export${value}`] ?? 0,
    })),
  }));
}

/** The numbers of the tariffs that have registers, smallest first. */
function tariffsAmong(names: readonly string[]): string[] {
  const numbers = names
    .filter((name) => isTariffOf('import', name) || isTariffOf('export', name))
    .map((name) => name.slice(6));
  return [...new Set(numbers)].sort((one, other) => Number(one) - Number(other));
}

/** Energy of a phase is integrated from power: the buckets of a series add up to the watt-hour all the same. */
function byPhase(buckets: readonly Counted[]): UsageSeries[] {
  const joules = buckets.map(({ ofMeters }) => addUp(ofMeters).phasesJ);
  return [0, 1, 2].flatMap((phase) => {
    const [imports, exports] = [phase, phase + 3].map((index) => joules.map((ofBucket) => ofBucket[index] ?? null));
    if (imports === undefined || exports === undefined || imports.every((amount) => amount === null)) return [];
    const [imported, exported] = [imports, exports].map((amounts) =>
      apportion(
        amounts.map((amount) => amount ?? 0),
        JOULES_A_WH,
      ),
    );
    const marker: Marker = { key: 'phase', value: String(phase + 1) };
    const series = buckets.map((bucket, index) => ({
      ...withoutPower(whole(bucket)),
      imported: imported?.[index] ?? 0,
      exported: exported?.[index] ?? 0,
      isEstimated: true,
    }));
    return [{ marker, buckets: series }];
  });
}

/** Power is read of all tariffs and phases together. */
function withoutPower(bucket: Bucket): Bucket {
  return { ...bucket, powerMeanW: undefined, powerMaxW: undefined, powerMinW: undefined };
}

import type { Bucket, Medium, Meter, Resolution, UsageAsk, UsageSeries } from '../../../history/answers.ts';
import type { HistoryReader } from '../../../history/read.ts';
import type { Parts } from './request.ts';

/** As many as a page has. */
const MOST_BUCKETS = 1_100;

/** What was used in one stretch of time, in whole Wh and dm3. */
export interface Used {
  readonly fromS: number;
  readonly toS: number;
  readonly electricity1: number;
  readonly electricity2: number;
  readonly electricity1Returned: number;
  readonly electricity2Returned: number;
  /** Undefined where there is no gas meter. */
  readonly gas: number | undefined;
}

/** What was used from one instant up to another, in buckets of the calendar in which anything was read. */
export function usedIn(
  { history, source, now }: Parts,
  { from, to, resolution }: { readonly from: number; readonly to: number; readonly resolution: Resolution },
): Used[] {
  const period = {
    fromS: Math.floor(from / 1_000),
    toS: Math.ceil(Math.min(to, now().getTime()) / 1_000),
  };
  if (period.toS <= period.fromS) return [];
  const asked = { ...period, resolution, timeZone: source.timeZone, mostBuckets: MOST_BUCKETS };
  const { electricity, gas } = history((reader) => ({
    electricity: electricityOf(reader, source.name, asked),
    gas: seriesOf(reader, source.name, { ...asked, medium: 'gas', split: 'none' })[0]?.buckets,
  }));
  const gasAt = new Map(gas?.map((bucket) => [bucket.fromS, bucket.imported]));
  const byStart = new Map<number, Used>();
  for (const [tariff, buckets] of electricity)
    for (const bucket of buckets.filter(isSeen)) {
      const used = byStart.get(bucket.fromS) ?? nothingIn(bucket, gasAt.get(bucket.fromS));
      byStart.set(bucket.fromS, { ...used, ...ofTariff(tariff, bucket) });
    }
  return [...byStart.values()].sort((one, other) => one.fromS - other.fromS);
}

type Ask = Omit<UsageAsk, 'meter'>;

/** By tariff; of a meter without tariffs all is tariff 1, as in DSMR-reader. */
function electricityOf(
  reader: HistoryReader,
  source: string,
  asked: Omit<Ask, 'medium' | 'split'>,
): [tariff: string, buckets: readonly Bucket[]][] {
  const ask = { ...asked, medium: 'electricity' } as const;
  const byTariff = seriesOf(reader, source, { ...ask, split: 'tariff' });
  const series = byTariff.length > 0 ? byTariff : seriesOf(reader, source, { ...ask, split: 'none' });
  return series.map(({ marker, buckets }) => [marker?.value ?? '1', buckets]);
}

function seriesOf(reader: HistoryReader, source: string, ask: Ask): readonly UsageSeries[] {
  const meter = meterOf(reader, source, ask.medium);
  return meter === undefined ? [] : reader.usage({ ...ask, meter: meter.id }).series;
}

export function meterOf(reader: HistoryReader, source: string, medium: Medium): Meter | undefined {
  return reader.meters().find((one) => one.source === source && one.medium === medium);
}

function isSeen({ imported, exported, coverage }: Bucket): boolean {
  return coverage > 0 || imported !== 0 || exported !== 0;
}

export function nothingIn({ fromS, toS }: Pick<Bucket, 'fromS' | 'toS'>, gas: number | undefined): Used {
  return { fromS, toS, electricity1: 0, electricity2: 0, electricity1Returned: 0, electricity2Returned: 0, gas };
}

function ofTariff(tariff: string, { imported, exported }: Bucket): Partial<Used> {
  if (tariff === '1') return { electricity1: imported, electricity1Returned: exported };
  return tariff === '2' ? { electricity2: imported, electricity2Returned: exported } : {};
}

import type { Bucket, Resolution, UsageAsk, UsageSeries } from '../../../history/answers.ts';
import type { HistoryReader } from '../../../history/read.ts';
import { roundDecimals, shiftPoint } from '../../../reading/decimals.ts';
import { dayOf, printUtc, readDay, startOfDay } from './instants.ts';
import { descends, page, sliceOf } from './paging.ts';
import { boundsOf, refuse } from './readings.ts';
import type { Answer, Parts, Request } from './request.ts';

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

const HOUR_S = 3_600;
const DAY_S = 86_400;
/** Ten years of hours. */
const MOST_BUCKETS = 88_000;
/** The smart meter is younger. */
const FIRST_MS = Date.UTC(2006, 0);

/** `GET /api/v2/statistics/day`: days that are over. */
export function statisticsByDay(request: Request, parts: Parts): Answer {
  const { timeZone } = parts.source;
  const { from, to } = daysOf(request, timeZone);
  const today = startOfDay(dayOf(parts.now().getTime(), timeZone), timeZone);
  const days = usedIn(parts, { from, to: Math.min(to, today), resolution: 'days' });
  return listed(request, 'day', days, (day) => printDay(day, timeZone));
}

/** `GET /api/v2/statistics/hour`: hours that are over. */
export function statisticsByHour(request: Request, parts: Parts): Answer {
  const { from, to } = boundsOf(request, 'hour_start', parts.source.timeZone);
  const now = parts.now().getTime();
  const thisHour = now - (now % (HOUR_S * 1_000));
  // An hour that begins at the last instant is within.
  const hours = usedIn(parts, { from, to: Math.min(to + 1, thisHour), resolution: 'hours' });
  const within = hours.filter(({ fromS }) => fromS * 1_000 >= from && fromS * 1_000 <= to);
  return listed(request, 'hour_start', within, printHour);
}

/** What was used from one instant up to another, in buckets of the calendar in which anything was read. */
export function usedIn(
  { history, source, now }: Parts,
  { from, to, resolution }: { readonly from: number; readonly to: number; readonly resolution: Resolution },
): Used[] {
  const period = {
    fromS: Math.floor(Math.max(from, FIRST_MS) / 1_000),
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
  const meter = reader.meters().find((one) => one.source === source && one.medium === ask.medium);
  return meter === undefined ? [] : reader.usage({ ...ask, meter: meter.id }).series;
}

function isSeen({ imported, exported, coverage }: Bucket): boolean {
  return coverage > 0 || imported !== 0 || exported !== 0;
}

function nothingIn({ fromS, toS }: Bucket, gas: number | undefined): Used {
  return { fromS, toS, electricity1: 0, electricity2: 0, electricity1Returned: 0, electricity2Returned: 0, gas };
}

function ofTariff(tariff: string, { imported, exported }: Bucket): Partial<Used> {
  if (tariff === '1') return { electricity1: imported, electricity1Returned: exported };
  return tariff === '2' ? { electricity2: imported, electricity2Returned: exported } : {};
}

/** The instants of `day__gte` and `day__lte`: both days are within. @throws {Unfit} */
function daysOf({ url: { searchParams } }: Request, timeZone: string): { readonly from: number; readonly to: number } {
  const complaints: Record<string, readonly string[]> = {};
  const bound = (name: string): string | undefined => {
    const text = searchParams.get(name);
    const day = text === null || text === '' ? undefined : readDay(text);
    if (text !== null && text !== '' && day === undefined) complaints[name] = ['Enter a valid date.'];
    return day;
  };
  const [exactly, from, to] = [bound('day'), bound('day__gte'), bound('day__lte')];
  refuse(complaints);
  const starts = [exactly, from].flatMap((day) => (day === undefined ? [] : [startOfDay(day, timeZone)]));
  const ends = [exactly, to].flatMap((day) => (day === undefined ? [] : [startOfDay(dayAfter(day), timeZone)]));
  return { from: Math.max(-Infinity, ...starts), to: Math.min(Infinity, ...ends) };
}

function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + DAY_S * 1_000).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

function listed(request: Request, field: string, rows: readonly Used[], print: (used: Used) => unknown): Answer {
  const slice = sliceOf(request);
  const ordered = descends(request, field) ? rows.toReversed() : rows;
  return page(request, slice, rows.length, ordered.slice(slice.offset, slice.offset + slice.limit).map(print));
}

/** Without prices there are no costs, and without a weather service no temperatures. */
function printDay(used: Used, timeZone: string): unknown {
  const day = dayOf(used.fromS * 1_000, timeZone);
  return {
    id: Date.parse(`${day}T00:00:00Z`) / (DAY_S * 1_000),
    day,
    total_cost: '0.00',
    fixed_cost: '0.00',
    ...amountsOf(used),
    electricity1_cost: '0.00',
    electricity2_cost: '0.00',
    gas: used.gas === undefined ? null : thousandths(used.gas),
    gas_cost: '0.00',
    lowest_temperature: null,
    highest_temperature: null,
    average_temperature: null,
    ...POSITIONS,
  };
}

function printHour(used: Used): unknown {
  return {
    id: used.fromS / HOUR_S,
    hour_start: printUtc(used.fromS * 1_000),
    ...amountsOf(used),
    gas: used.gas === undefined ? null : thousandths(used.gas),
  };
}

/** What DSMR-reader notes of the registers at the end of a day; null where it did not. */
const POSITIONS = {
  electricity_reading_timestamp: null,
  electricity1_reading: null,
  electricity2_reading: null,
  electricity1_returned_reading: null,
  electricity2_returned_reading: null,
  gas_reading_timestamp: null,
  gas_reading: null,
};

function amountsOf({ electricity1, electricity2, electricity1Returned, electricity2Returned }: Used) {
  return {
    electricity1: thousandths(electricity1),
    electricity2: thousandths(electricity2),
    electricity1_returned: thousandths(electricity1Returned),
    electricity2_returned: thousandths(electricity2Returned),
  };
}

/** `671.578`: Wh as kWh, dm3 as m3. */
export function thousandths(value: number): string {
  return roundDecimals(shiftPoint(String(value), -3), 3);
}

import type { Bucket, Medium, Meter, Resolution, UsageAsk, UsageSeries } from '../../../history/answers.ts';
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
/** As many as a page has. */
const MOST_BUCKETS = 1_100;

/** Stretches of time that follow each other without a hole, by their number from 0. */
interface Stretches {
  readonly resolution: 'days' | 'hours';
  readonly count: number;
  /** The second at which one begins, and the one before ends. */
  readonly startS: (number: number) => number;
}

/** `GET /api/v2/statistics/day`: days that are over. */
export function statisticsByDay(request: Request, parts: Parts): Answer {
  const { timeZone } = parts.source;
  const asked = daysOf(request);
  const extent = extentOf(parts);
  if (extent === undefined) return page(request, sliceOf(request), 0, []);
  const [oldest, today] = [extent.firstS * 1_000, parts.now().getTime()].map((ms) => numberOf(dayOf(ms, timeZone)));
  const first = Math.max(oldest ?? 0, asked.from);
  const behind = Math.min(today ?? 0, asked.to + 1, numberOf(dayOf(extent.lastS * 1_000, timeZone)) + 1);
  const startS = (number: number): number => startOfDay(nameOf(first + number), timeZone) / 1_000;
  return listed(request, parts, { resolution: 'days', count: behind - first, startS }, 'day', (day) =>
    printDay(day, timeZone),
  );
}

/** `GET /api/v2/statistics/hour`: hours that are over. */
export function statisticsByHour(request: Request, parts: Parts): Answer {
  const { from, to } = boundsOf(request, 'hour_start', parts.source.timeZone);
  const extent = extentOf(parts);
  if (extent === undefined) return page(request, sliceOf(request), 0, []);
  const hour = (ms: number): number => Math.floor(ms / 1_000 / HOUR_S);
  const first = Math.max(hour(extent.firstS * 1_000), Math.ceil(from / 1_000 / HOUR_S));
  const behind = Math.min(hour(parts.now().getTime()), Math.ceil(extent.lastS / HOUR_S), hour(to) + 1);
  const startS = (number: number): number => (first + number) * HOUR_S;
  return listed(request, parts, { resolution: 'hours', count: behind - first, startS }, 'hour_start', printHour);
}

/** From when to when there are readings; undefined where there are none. */
function extentOf({ history, source }: Parts): { readonly firstS: number; readonly lastS: number } | undefined {
  const meter = history((reader) => meterOf(reader, source.name, 'electricity'));
  return meter && { firstS: meter.firstAtS, lastS: meter.lastAtS };
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

function meterOf(reader: HistoryReader, source: string, medium: Medium): Meter | undefined {
  return reader.meters().find((one) => one.source === source && one.medium === medium);
}

function isSeen({ imported, exported, coverage }: Bucket): boolean {
  return coverage > 0 || imported !== 0 || exported !== 0;
}

function nothingIn({ fromS, toS }: Pick<Bucket, 'fromS' | 'toS'>, gas: number | undefined): Used {
  return { fromS, toS, electricity1: 0, electricity2: 0, electricity1Returned: 0, electricity2Returned: 0, gas };
}

function ofTariff(tariff: string, { imported, exported }: Bucket): Partial<Used> {
  if (tariff === '1') return { electricity1: imported, electricity1Returned: exported };
  return tariff === '2' ? { electricity2: imported, electricity2Returned: exported } : {};
}

/** The numbers of `day__gte` and `day__lte`: both days are within. @throws {Unfit} */
function daysOf({ url: { searchParams } }: Request): { readonly from: number; readonly to: number } {
  const complaints: Record<string, readonly string[]> = {};
  const bound = (name: string): number[] => {
    const text = searchParams.get(name) ?? '';
    const day = text === '' ? undefined : readDay(text);
    if (text !== '' && day === undefined) complaints[name] = ['Enter a valid date.'];
    return day === undefined ? [] : [numberOf(day)];
  };
  const [exactly, from, to] = [bound('day'), bound('day__gte'), bound('day__lte')];
  refuse(complaints);
  return { from: Math.max(-Infinity, ...exactly, ...from), to: Math.min(Infinity, ...exactly, ...to) };
}

/** Days are counted from 1970-01-01. */
function numberOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / (DAY_S * 1_000);
}

function nameOf(day: number): string {
  return new Date(day * DAY_S * 1_000).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

/** Only what is on the page is looked at. */
function listed(
  request: Request,
  parts: Parts,
  { resolution, count, startS }: Stretches,
  field: string,
  print: (used: Used) => unknown,
): Answer {
  const slice = sliceOf(request);
  const { offset, limit } = slice;
  const all = Math.max(0, count);
  const isDown = descends(request, field);
  const first = Math.min(all, isDown ? Math.max(0, all - offset - limit) : offset);
  const behind = Math.max(first, Math.min(all, isDown ? all - offset : offset + limit));
  const used = usedIn(parts, { from: startS(first) * 1_000, to: startS(behind) * 1_000, resolution });
  const byStart = new Map(used.map((one) => [one.fromS, one]));
  const rows = Array.from({ length: behind - first }, (_, index) => {
    const fromS = startS(first + index);
    return print(byStart.get(fromS) ?? nothingIn({ fromS, toS: startS(first + index + 1) }, undefined));
  });
  return page(request, slice, all, isDown ? rows.reverse() : rows);
}

/** Without prices there are no costs, and without a weather service no temperatures. */
function printDay(used: Used, timeZone: string): unknown {
  const day = dayOf(used.fromS * 1_000, timeZone);
  return {
    id: numberOf(day),
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

import { roundDecimals, shiftPoint } from '../../../reading/decimals.ts';
import { costsOf, pricesOn } from '../../../endpoints/dsmr-costs.ts';
import { dayOf, printUtc, readDay, startOfDay } from './instants.ts';
import { descends, page, sliceOf } from './paging.ts';
import { boundsOf, refuse } from './readings.ts';
import type { Answer, Parts, Request } from './request.ts';
import { meterOf, nothingIn, usedIn, type Used } from './used.ts';

const HOUR_S = 3_600;
const DAY_S = 86_400;
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
    printDay(day, parts),
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

/** Without a weather service there are no temperatures. */
function printDay(used: Used, { source, prices }: Parts): unknown {
  const day = dayOf(used.fromS * 1_000, source.timeZone);
  const costs = costsOf(used, pricesOn(day, prices));
  return {
    id: numberOf(day),
    day,
    total_cost: costs.total,
    fixed_cost: costs.fixed,
    ...amountsOf(used),
    electricity1_cost: costs.electricity1,
    electricity2_cost: costs.electricity2,
    gas: used.gas === undefined ? null : thousandths(used.gas),
    gas_cost: costs.gas,
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

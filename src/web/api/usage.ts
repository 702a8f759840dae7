import { z } from 'zod';
import type { Bucket, Usage, UsageSeries } from '../../history/answers.ts';
import { list, json, type Answer } from '../answer.ts';
import { formatOf, LIST_TYPES } from '../formats.ts';
import { time, zone } from '../moments.ts';
import { pageUrl } from '../pages.ts';
import { choice, nameText, ofLists, whole } from '../parameters.ts';
import { medium, usageOf, usageShape, zoned } from '../points.ts';
import { Problem } from '../problem.ts';
import { defineRoute } from '../route.ts';
import type { RouteParts } from '../route-parts.ts';

/** More than that is no chart any more, and no answer for a small machine. */
const MOST_POINTS = 50_000;

const pointSchema = z.strictObject({
  from: z.string(),
  to: z.string().describe('exclusive'),
  level: z.number().nullable().describe('mean of import minus export, in watts'),
  level_max: z.number().nullable(),
  capacity: z.number().nullable().describe('what may flow at most, in watts'),
  usage_percent: z.number().nullable().describe('level, of the capacity'),
  ...usageShape,
});
type Point = z.output<typeof pointSchema>;
const points = z.array(pointSchema);
const marker = z.strictObject({ key: z.string(), value: z.string() });

export const usage = defineRoute({
  method: 'GET',
  path: '/edge/v1/usage',
  scope: 'usage:read',
  summary: 'usage of a period by minutes, quarters, hours, days, weeks or months, oldest first',
  query: z.strictObject({
    from: time('begin of the period'),
    to: time('its end, exclusive'),
    resolution: choice(['minutes', 'quarters', 'hours', 'days', 'weeks', 'months'], 'what each point is'),
    meter: nameText('of this meter; by default all of the medium together').optional(),
    medium,
    split: choice(['none', 'tariff', 'direction', 'phase', 'meter'], 'a series for each').default('none'),
    ignore_weekends: choice(['true', 'false'], 'leaves out what begins on a Saturday or Sunday').default('false'),
    tz: zone.optional(),
    limit: whole({ least: 1, most: MOST_POINTS, about: 'points in an answer that is not split' }).default(MOST_POINTS),
    offset: whole({ least: 0, most: 100_000_000, about: 'points to leave out before' }).default(0),
    orderBy: choice(['asc', 'desc'], 'oldest first, or newest').default('asc'),
    ...ofLists,
  }),
  answer: z.union([
    z.strictObject({
      resolution: z.string(),
      unit: z.string(),
      time_zone: z.string(),
      nextPage: z.string().nullable(),
      prevPage: z.string().nullable(),
      data: points,
    }),
    z.strictObject({
      resolution: z.string(),
      unit: z.string(),
      time_zone: z.string(),
      series: z.array(z.strictObject({ marker, data: points })),
    }),
  ]),
  types: LIST_TYPES,
  handle({ query, headers, target }, { history, timeZone: usual }: RouteParts): Answer {
    const { resolution, meter, split, tz, limit, offset, orderBy } = query;
    const timeZone = tz ?? history.zoneOf(meter) ?? usual;
    const [from, to] = [query.from(timeZone), query.to(timeZone)];
    if (to <= from)
      throw new Problem('invalid-parameter', `to: got ${zoned(to / 1_000, 'UTC')}, expected a time behind from`);
    const found = history.ask((reader) =>
      reader.usage({
        ...{ fromS: Math.floor(from / 1_000), toS: Math.ceil(to / 1_000) },
        ...{ resolution, meter, medium: query.medium, split, timeZone: tz },
        ...{ ignoresWeekends: query.ignore_weekends === 'true', mostBuckets: MOST_POINTS },
      }),
    );
    const head = { resolution, unit: found.unit, time_zone: found.timeZone };
    const format = query.format ?? formatOf(headers.accept);
    if (split !== 'none') return ofSeries(found, head, format);
    const all = pointsOf(found, found.series[0]);
    const sorted = orderBy === 'asc' ? all : all.toReversed();
    const at = (place: number): string => pageUrl(target, { offset: place });
    const nextPage = offset + limit < all.length ? at(offset + limit) : null;
    const prevPage = offset > 0 ? at(Math.max(0, offset - limit)) : null;
    return list(sorted.slice(offset, offset + limit), format, (data) => ({ ...head, nextPage, prevPage, data }));
  },
});

function ofSeries(found: Usage, head: object, format: ReturnType<typeof formatOf>): Answer {
  const series = found.series.map((one) => ({ marker: one.marker, data: pointsOf(found, one) }));
  if (format === 'json') return json({ ...head, series });
  return list(
    series.flatMap(({ marker: of, data }) => data.map((point) => ({ marker: of, ...point }))),
    format,
  );
}

function pointsOf({ unit, timeZone, capacityW }: Usage, series: UsageSeries | undefined): Point[] {
  return (series?.buckets ?? []).map((bucket) => {
    const { powerMeanW, powerMaxW } = bucket;
    return {
      ...{ from: zoned(bucket.fromS, timeZone), to: zoned(bucket.toS, timeZone) },
      ...{ level: powerMeanW ?? null, level_max: powerMaxW ?? null },
      ...{ capacity: capacityW ?? null, usage_percent: percentOf(bucket, capacityW) },
      ...usageOf(bucket, unit),
    };
  });
}

function percentOf({ powerMeanW }: Bucket, capacityW: number | undefined): number | null {
  return powerMeanW === undefined || capacityW === undefined ? null : Math.round((1_000 * powerMeanW) / capacityW) / 10;
}

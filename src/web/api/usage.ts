import { z } from 'zod';
import type { Bucket, Usage, UsageSeries } from '../../history/answers.ts';
import { list, type Answer } from '../http/answer.ts';
import { LIST_TYPES, type Row } from '../http/formats.ts';
import { notInOrder, time, zone } from '../http/moments.ts';
import { ofPages, pagesAround, pagingOfPoints } from '../http/pages.ts';
import { choice, nameText, ofLists } from '../http/parameters.ts';
import { medium, usageOf, usageShape, zoned } from '../points.ts';
import { defineRoute } from '../http/route.ts';
import type { RouteParts } from '../route-parts.ts';

/** More than that is no chart any more. */
const MOST_BUCKETS = 50_000;

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
    ...pagingOfPoints,
    ...ofLists,
  }),
  answer: z.union([
    z.strictObject({
      resolution: z.string(),
      unit: z.string(),
      time_zone: z.string(),
      ...ofPages,
      data: points,
    }),
    z.strictObject({
      resolution: z.string(),
      unit: z.string(),
      time_zone: z.string(),
      ...ofPages,
      series: z.array(z.strictObject({ marker, data: points })),
    }),
  ]),
  types: LIST_TYPES,
  handle({ query, headers, target }, { history, timeZone: usual }: RouteParts): Answer {
    const { resolution, meter, split, tz, limit, offset, orderBy } = query;
    const timeZone = tz ?? history.zoneOf(meter) ?? usual;
    const [from, to] = [query.from(timeZone), query.to(timeZone)];
    if (to <= from) throw notInOrder('from', 'to', target);
    const found = history.ask((reader) =>
      reader.usage({
        ...{ fromS: Math.floor(from / 1_000), toS: Math.ceil(to / 1_000) },
        ...{ resolution, meter, medium: query.medium, split, timeZone: tz },
        ...{ ignoresWeekends: query.ignore_weekends === 'true', mostBuckets: MOST_BUCKETS },
        page: { offset, limit, isNewestFirst: orderBy === 'desc' },
      }),
    );
    const pages = pagesAround(found.place, target, { from, to });
    const sorted = (one: UsageSeries): Point[] =>
      orderBy === 'asc' ? pointsOf(found, one) : pointsOf(found, one).reverse();
    const head = { resolution, unit: found.unit, time_zone: found.timeZone, ...pages };
    const all = found.series.map((one) => ({ marker: one.marker, data: sorted(one) }));
    const [only] = all;
    if (only !== undefined && only.marker === undefined)
      return list({ query, headers }, only.data, { ...head, data: only.data });
    return list({ query, headers }, rowsOf(all), { ...head, series: all });
  },
});

interface Series {
  readonly marker: UsageSeries['marker'];
  readonly data: readonly Point[];
}

/** Made only where somebody reads them: as JSON the series stand side by side. */
function* rowsOf(all: readonly Series[]): Generator<Row> {
  for (const { marker, data } of all) for (const point of data) yield { marker, ...point };
}

/** One by one, as a spread of many objects costs more than all the rest of a point. */
function pointsOf({ unit, timeZone, capacityW }: Usage, { buckets }: UsageSeries): Point[] {
  return buckets.map((bucket) => {
    const { total, import: imported, export: exported, net, coverage, estimated } = usageOf(bucket, unit);
    return {
      from: zoned(bucket.fromS, timeZone),
      to: zoned(bucket.toS, timeZone),
      level: bucket.powerMeanW ?? null,
      level_max: bucket.powerMaxW ?? null,
      capacity: capacityW ?? null,
      usage_percent: percentOf(bucket, capacityW),
      total,
      import: imported,
      export: exported,
      net,
      unit,
      coverage,
      estimated,
    };
  });
}

function percentOf({ powerMeanW }: Bucket, capacityW: number | undefined): number | null {
  return powerMeanW === undefined || capacityW === undefined ? null : Math.round((1_000 * powerMeanW) / capacityW) / 10;
}

import { z } from 'zod';
import type { Usage } from '../../history/answers.ts';
import { list, type Answer } from '../http/answer.ts';
import { LIST_TYPES } from '../http/formats.ts';
import { dayTime, notInOrder } from '../http/moments.ts';
import { ofPages, pagesAround, pagingOfPoints } from '../http/pages.ts';
import { choice, nameText, ofLists } from '../http/parameters.ts';
import { medium, usageOf, usageShape, zoned } from '../points.ts';
import { notAsExpected } from '../http/problem.ts';
import { defineRoute, type Route, type Target } from '../http/route.ts';
import type { RouteParts } from '../route-parts.ts';
import { KEYS } from './markers.ts';
import { meterOf } from './meters.ts';

const PATH = '/edge/v1/series/usage';
const MOST_DAYS = 50_000;

const rowSchema = z.strictObject({ day: z.string().describe('its first moment'), ...usageShape });

const query = z.strictObject({
  start: dayTime('first day, inclusive'),
  end: dayTime('last day, exclusive'),
  marker: choice(KEYS, 'only what has the value of `markerValue`').optional(),
  markerValue: nameText('a value of the marker').optional(),
  medium,
  ...pagingOfPoints,
  ...ofLists,
});
const shapes = { query, answer: z.strictObject({ ...ofPages, data: z.array(rowSchema) }), types: LIST_TYPES };

interface Asked {
  readonly query: z.output<typeof query>;
  readonly target: Target;
  readonly headers: { readonly accept?: string | undefined };
}

/** Usage of each day of a period, of all meters of a medium or of one. */
export const series: readonly Route<RouteParts>[] = [
  defineRoute({
    method: 'GET',
    path: PATH,
    scope: 'usage:read',
    summary: 'usage of each day of a period, all meters of a medium together',
    ...shapes,
    handle: (asked, parts: RouteParts): Answer => daysOf(undefined, asked, parts),
  }),
  defineRoute({
    method: 'GET',
    path: `${PATH}/meters/{meter}`,
    scope: 'usage:read',
    summary: 'usage of each day of a period, of one meter',
    params: z.strictObject({ meter: nameText('id of a meter') }),
    ...shapes,
    handle({ params: { meter }, query: asked, ...rest }, parts: RouteParts): Answer {
      const { medium: its } = meterOf(meter, parts.history);
      return daysOf(meter, { query: { ...asked, medium: its }, ...rest }, parts);
    },
  }),
];

function daysOf(meter: string | undefined, wish: Asked, parts: RouteParts): Answer {
  const { history } = parts;
  const { query: asked, target } = wish;
  const { marker, markerValue, medium: of, limit, offset, orderBy } = asked;
  if ((marker === undefined) !== (markerValue === undefined))
    throw notAsExpected('markerValue', markerValue, 'expected both marker and markerValue, or none');
  const timeZone = history.zoneOf(meter) ?? parts.timeZone;
  const [start, end] = [asked.start(timeZone), asked.end(timeZone)];
  if (end <= start) throw notInOrder('start', 'end', target);
  const period = { fromS: Math.floor(start / 1_000), toS: Math.ceil(end / 1_000), mostBuckets: MOST_DAYS };
  const page = { offset, limit, isNewestFirst: orderBy === 'desc' };
  const found = history.ask((reader) =>
    reader.usage({ ...period, resolution: 'days', medium: of, meter, split: marker ?? 'none', page }),
  );
  const rows = rowsOf(found, markerValue);
  const pages = pagesAround(found.place, target, { start, end });
  const sorted = orderBy === 'asc' ? rows : rows.reverse();
  return list(wish, sorted, { ...pages, data: sorted });
}

function rowsOf({ series: all, unit, timeZone }: Usage, markerValue: string | undefined) {
  const wanted = all.find(({ marker }) => marker?.value === markerValue);
  return (wanted?.buckets ?? []).map((bucket) => ({ day: zoned(bucket.fromS, timeZone), ...usageOf(bucket, unit) }));
}

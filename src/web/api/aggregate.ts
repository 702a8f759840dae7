import { z } from 'zod';
import type { AggregateRow } from '../../history/answers.ts';
import { list, type Answer } from '../http/answer.ts';
import { LIST_TYPES } from '../http/formats.ts';
import { monthTime } from '../http/moments.ts';
import { inPages, ofPages, paging } from '../http/pages.ts';
import { choice, nameText, ofLists } from '../http/parameters.ts';
import { medium, usageOf, usageShape, zoned } from '../points.ts';
import { defineRoute, type Route, type Target } from '../http/route.ts';
import type { RouteParts } from '../route-parts.ts';
import { KEYS } from './markers.ts';
import { meterOf } from './meters.ts';

const PATH = '/edge/v1/aggregate/usage';
const COLUMNS = ['total', 'import', 'export', 'net'] as const;

const rowSchema = z.strictObject({
  meter: z.strictObject({ id: z.string() }).optional(),
  marker: z.strictObject({ key: z.string(), value: z.string() }).optional(),
  usage: z.strictObject({ ...usageShape, date: z.string().describe('first moment of the month') }),
});
type Row = z.output<typeof rowSchema>;

const query = z.strictObject({
  date: monthTime('the month, such as 2026-11, or any moment of it'),
  marker: choice(KEYS, 'a row for each value of it').optional(),
  medium,
  ...paging(COLUMNS),
  ...ofLists,
});
const shapes = { query, answer: z.strictObject({ ...ofPages, data: z.array(rowSchema) }), types: LIST_TYPES };
type Query = z.output<typeof query>;

/** A month: of all meters together, of each, or of one. */
export const aggregates: readonly Route<RouteParts>[] = [
  defineRoute({
    method: 'GET',
    path: PATH,
    scope: 'usage:read',
    summary: 'usage of a month, all meters of a medium together',
    ...shapes,
    handle: (asked, parts: RouteParts): Answer => monthOf({ isByMeter: false }, asked, parts),
  }),
  defineRoute({
    method: 'GET',
    path: `${PATH}/meters`,
    scope: 'usage:read',
    summary: 'usage of a month, a row for each meter',
    ...shapes,
    handle: (asked, parts: RouteParts): Answer => monthOf({ isByMeter: true }, asked, parts),
  }),
  defineRoute({
    method: 'GET',
    path: `${PATH}/meters/{meter}`,
    scope: 'usage:read',
    summary: 'usage of a month of one meter',
    params: z.strictObject({ meter: nameText('id of a meter') }),
    ...shapes,
    handle({ params: { meter }, ...asked }, parts: RouteParts): Answer {
      const { medium: its } = meterOf(meter, parts.history);
      return monthOf({ isByMeter: true, meter }, { ...asked, query: { ...asked.query, medium: its } }, parts);
    },
  }),
];

interface Whose {
  readonly isByMeter: boolean;
  readonly meter?: string;
}

function monthOf(whose: Whose, asked: Asked, { history, timeZone }: RouteParts): Answer {
  const { date, marker: split = 'none', medium: of } = asked.query;
  const atS = Math.floor(date(history.zoneOf(whose.meter) ?? timeZone) / 1_000);
  const rows = history.ask((reader) => {
    const zones = new Map(
      reader.meters().map(({ id, medium: its, timeZone }) => [whose.isByMeter ? id : its, timeZone]),
    );
    const found = reader.aggregate({ atS, medium: of, split, ...whose });
    return found.map((row) => toRow(row, zones.get(row.meter ?? of) ?? 'UTC'));
  });
  const sortable = rows.map((row) => ({ ...row.usage, row }));
  const { rows: page, ...pages } = inPages(sortable, asked.query, asked.target, 'total');
  const data = page.map(({ row }) => row);
  return list(asked, data, { ...pages, data });
}

interface Asked {
  readonly query: Query;
  readonly target: Target;
  readonly headers: { readonly accept?: string | undefined };
}

function toRow({ meter, marker, unit, bucket }: AggregateRow, timeZone: string): Row {
  return {
    ...(meter === undefined ? {} : { meter: { id: meter } }),
    ...(marker === undefined ? {} : { marker }),
    usage: { ...usageOf(bucket, unit), date: zoned(bucket.fromS, timeZone) },
  };
}

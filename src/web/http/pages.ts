import { z } from 'zod';
import type { BucketsPlace } from '../../history/answers.ts';
import type { Pages } from './links.ts';
import { choice, whole } from './parameters.ts';
import type { Target } from './route.ts';

const MOST_ROWS = 1_000;

/** What lists take that are sorted and come in pages. */
export function paging<const Columns extends readonly [string, ...string[]]>(columns: Columns) {
  return {
    limit: whole({ least: 1, most: MOST_ROWS, about: 'rows in an answer' }).default(100),
    offset: whole({ least: 0, most: 1_000_000_000, about: 'rows to leave out before' }).default(0),
    orderBy: choice(['asc', 'desc'], 'smallest first, or largest').default('desc'),
    orderByColumn: choice(columns, 'what is sorted by').optional(),
  };
}

/** Points are computed for an answer: so many keep its clients waiting for a moment only, also on a small machine. */
const MOST_POINTS = 3_000;

/** What series of points take: they come in pages, in the order of time. */
export const pagingOfPoints = {
  limit: whole({ least: 1, most: MOST_POINTS, about: 'points in an answer, of all its series' }).default(MOST_POINTS),
  offset: whole({ least: 0, most: 100_000_000, about: 'points of each series to leave out before' }).default(0),
  orderBy: choice(['asc', 'desc'], 'oldest first, or newest').default('asc'),
};

/** What their answers have in common. */
export const ofPages = { nextPage: z.string().nullable(), prevPage: z.string().nullable() };

interface Paging {
  readonly limit: number;
  readonly offset: number;
  readonly orderBy: 'asc' | 'desc';
  readonly orderByColumn?: string | undefined;
}

/** One page of some rows, and where the next and the one before it are. */
export function inPages<R extends Readonly<Record<string, unknown>>>(
  all: readonly R[],
  { limit, offset, orderBy, orderByColumn }: Paging,
  target: Target,
  usualColumn: keyof R & string,
): Pages & { rows: R[] } {
  const sign = orderBy === 'asc' ? 1 : -1;
  const column = orderByColumn ?? usualColumn;
  const sorted = all.toSorted((one, other) => sign * compare(one[column], other[column]));
  return {
    rows: sorted.slice(offset, offset + limit),
    nextPage: offset + limit < all.length ? pageUrl(target, { offset: offset + limit }) : null,
    prevPage: offset > 0 ? pageUrl(target, { offset: Math.max(0, offset - limit) }) : null,
  };
}

/** Where the points before and behind a page are; `fixed` is what was asked for in words that change with the time. */
export function pagesAround(
  { offset, limit, count }: BucketsPlace,
  target: Target,
  fixed: Readonly<Record<string, number>>,
): Pages {
  const at = (place: number): string => pageUrl(target, { ...fixed, offset: place });
  return {
    nextPage: offset + limit < count ? at(offset + limit) : null,
    prevPage: offset > 0 ? at(Math.max(0, Math.min(offset, count) - limit)) : null,
  };
}

/** Where the same question goes on. */
export function pageUrl({ path, query }: Target, changed: Readonly<Record<string, number>>): string {
  const given = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changed)) given.set(name, String(value));
  return `${path}?${given.toString()}`;
}

function compare(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  const [left, right] = [text(one), text(other)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** What is not there comes first. */
function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

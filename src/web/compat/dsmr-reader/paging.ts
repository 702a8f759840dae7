import { json } from './answers.ts';
import type { Answer, Request } from './request.ts';

/** Which part of a list is asked for. */
export interface Slice {
  readonly offset: number;
  readonly limit: number;
}

const USUAL_LIMIT = 25;
/** What one answer holds at most; DSMR-reader has no bound. */
const MOST = 1_000;

/** What is no whole number counts as not given. */
export function sliceOf({ url: { searchParams } }: Request): Slice {
  const limit = whole(searchParams.get('limit'));
  return { offset: whole(searchParams.get('offset')), limit: Math.min(limit === 0 ? USUAL_LIMIT : limit, MOST) };
}

/** A part of a list, with links to those before and behind it. */
export function page(request: Request, { offset, limit }: Slice, count: number, results: readonly unknown[]): Answer {
  const behind = offset + limit;
  return json(200, {
    count,
    next: behind < count ? link(request, limit, behind) : null,
    previous: offset > 0 ? link(request, limit, Math.max(0, offset - limit)) : null,
    results,
  });
}

/** True for `ordering=-field`; any other ordering is none, as lists ascend. */
export function descends({ url: { searchParams } }: Request, field: string): boolean {
  return searchParams.get('ordering') === `-${field}`;
}

const LARGEST = 1e12;

function whole(text: string | null): number {
  return /^\d{1,13}$/.test(text ?? '') ? Math.min(Number(text), LARGEST) : 0;
}

/** Its parameters stand in the order of the alphabet. */
function link({ url }: Request, limit: number, offset: number): string {
  const linked = new URL(url);
  linked.searchParams.set('limit', String(limit));
  if (offset > 0) linked.searchParams.set('offset', String(offset));
  else linked.searchParams.delete('offset');
  linked.searchParams.sort();
  return linked.href;
}

import { expect } from 'vitest';
import type { DsmrReader } from './dsmr-reader.ts';
import { askWeb, type Asking, type WebAnswer } from './web.ts';

/** What a client sees of an answer, in a form that two servers can share: numbers of rows, hosts and ways of writing a time differ. */
export interface Seen {
  readonly status: number;
  readonly type: string;
  readonly allow: string | undefined;
  readonly body: unknown;
}

/** A DSMR-reader and this program in the place of one, asked the same. */
export interface BothReaders {
  readonly reader: DsmrReader;
  /** The address of the program. */
  readonly url: string;
  /** Good for both. */
  readonly key: string;
}

/** Asks both, and expects the same of both. @returns what was seen. */
export async function askBoth({ reader, url }: BothReaders, path: string, asking: Asking = {}): Promise<Seen> {
  const [theirs, ours] = [await askWeb(reader.url, path, asking), await askWeb(url, path, asking)].map(seen);
  expect(ours, `${asking.method ?? 'GET'} ${path}`).toEqual(theirs);
  return ours as Seen;
}

function seen({ status, headers, text }: WebAnswer): Seen {
  const type = (headers['content-type'] ?? '').split(';')[0] ?? '';
  const body = type === 'application/json' ? shared(JSON.parse(text)) : status === 404 ? 'a page' : text;
  return { status, type, allow: headers.allow, body };
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/;

function shared(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => shared(one));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shared(one, key)]));
  if (name === 'id') return typeof value;
  if (typeof value !== 'string') return value;
  if (TIME.test(value)) return Date.parse(value);
  return URL.canParse(value) ? linkOf(new URL(value)) : value.replace(/(JSON parse error).*/, '$1');
}

function linkOf({ pathname, searchParams }: URL): unknown {
  return [pathname, Object.fromEntries(searchParams)];
}

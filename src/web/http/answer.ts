import { formatOf, JSON_TYPE, type Format, writeRows, type Row } from './formats.ts';
import type { ChannelSource } from './channel.ts';
import { linksTo, type Pages } from './links.ts';

/** What goes back: whole, or as events one after the other. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array | undefined;
  /** Called once the head is sent; sends until its signal aborts. */
  readonly events?: ((send: Send, signal: AbortSignal) => Promise<void>) | undefined;
  /** Called once the connection is a WebSocket. */
  readonly channel?: ChannelSource | undefined;
}

/** Sends one event of a stream. */
type Send = (event: { readonly name?: string; readonly id?: string; readonly data: unknown }) => void;

export function json(value: unknown, status = 200, headers: Answer['headers'] = {}): Answer {
  return { status, headers: { 'content-type': JSON_TYPE, ...headers }, body: JSON.stringify(value) };
}

export function text(
  body: string | Uint8Array,
  type = 'text/plain; charset=utf-8',
  headers: Answer['headers'] = {},
): Answer {
  return { status: 200, headers: { 'content-type': type, ...headers }, body };
}

export function nothing(headers: Answer['headers'] = {}): Answer {
  return { status: 204, headers };
}

/** Server-sent events. */
export function events(source: NonNullable<Answer['events']>): Answer {
  return { status: 200, headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }, events: source };
}

/** Messages over a WebSocket. */
export function overChannel(channel: ChannelSource): Answer {
  return { status: 101, headers: {}, channel };
}

/** By `format`, or by the `Accept` header. */
interface Wish {
  readonly query: { readonly format?: Format | undefined };
  readonly headers: { readonly accept?: string | undefined };
}

/** A list as JSON, with what is to be known of it. */
interface Whole extends Partial<Pages> {
  readonly [member: string]: unknown;
}

/** A list in the format that was asked for: as JSON the whole, else its rows. Where it goes on stands in the head, too. */
export function list(
  { query, headers }: Wish,
  rows: Iterable<Row>,
  whole: Whole | readonly Row[] = { data: [...rows] },
  told: Answer['headers'] = {},
): Answer {
  const links = isRows(whole) ? {} : linksTo(whole);
  const format = query.format ?? formatOf(headers.accept);
  if (format === 'json') return json(whole, 200, { ...links, ...told });
  const { type, body } = writeRows([...rows], format);
  return text(body, type, { ...links, ...told });
}

function isRows(whole: Whole | readonly Row[]): whole is readonly Row[] {
  return Array.isArray(whole);
}

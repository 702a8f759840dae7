import { JSON_TYPE, type Format, writeRows, type Row } from './formats.ts';

/** What goes back: whole, or as events one after the other. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array | undefined;
  /** Called once the head is sent; sends until its signal aborts. */
  readonly events?: ((send: Send, signal: AbortSignal) => Promise<void>) | undefined;
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

/** A list in the format that was asked for; as JSON it stands in `envelope`, which makes the whole of it. */
export function list(
  rows: readonly Row[],
  format: Format,
  envelope: (rows: readonly Row[]) => unknown = (data) => ({ data }),
  headers: Answer['headers'] = {},
): Answer {
  if (format === 'json') return json(envelope(rows), 200, headers);
  const { type, body } = writeRows(rows, format);
  return text(body, type, headers);
}

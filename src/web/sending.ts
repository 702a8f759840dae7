import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';

/** For every answer: no page of somebody else may frame, sniff or read it, and none is sent from where to where. */
const SECURITY = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** Whoever does not take its answer within this time is dropped. */
const LONGEST_SENDING_MS = 60_000;
/** A client of a stream that lags so far behind is dropped. */
const MOST_UNSENT_BYTES = 262_144;
/** Tells a client, and all between, that a stream is alive. */
const HEARTBEAT_MS = 10_000;

/** Sends an answer whole, or until the client is gone. Never throws. */
export async function send(
  answer: Answer,
  request: IncomingMessage,
  response: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  if (response.destroyed) return;
  // What of the body was not read would be taken for the next request.
  if (!request.complete && request.method !== 'GET' && request.method !== 'HEAD')
    response.setHeader('connection', 'close');
  if (answer.events !== undefined && request.method !== 'HEAD') await sendEvents(answer, answer.events, response, gone);
  else sendWhole(answer, request, response);
}

function sendWhole({ status, headers, body = '' }: Answer, request: IncomingMessage, response: ServerResponse): void {
  const tag = status === 200 && isReadOnly(request) ? tagOf(body) : undefined;
  const tagged = {
    ...SECURITY,
    'cache-control': 'private, no-cache',
    ...headers,
    ...(tag && { etag: tag, vary: 'Accept' }),
  };
  const isKnown = tag !== undefined && tagsIn(request.headers['if-none-match']).includes(tag);
  const length = status === 204 || isKnown ? {} : { 'content-length': Buffer.byteLength(body) };
  response.writeHead(isKnown ? 304 : status, { ...tagged, ...length });
  response.end(isKnown || request.method === 'HEAD' ? undefined : body);
  const late = setTimeout(() => response.destroy(), LONGEST_SENDING_MS).unref();
  response.once('close', () => clearTimeout(late));
}

async function sendEvents(
  { status, headers }: Answer,
  source: NonNullable<Answer['events']>,
  response: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  response.writeHead(status, { ...SECURITY, ...headers, 'x-accel-buffering': 'no' });
  const write = (text: string): void => {
    if (!gone.aborted) response.write(text);
    if (response.writableLength > MOST_UNSENT_BYTES) response.destroy();
  };
  const heartbeat = setInterval(() => write(':\n\n'), HEARTBEAT_MS).unref();
  try {
    await source(({ name, id, data }) => {
      const lines = [...(name === undefined ? [] : [`event: ${name}`]), ...(id === undefined ? [] : [`id: ${id}`])];
      write([...lines, `data: ${JSON.stringify(data)}`, '', ''].join('\n'));
    }, gone);
  } catch {
    // The head is gone already: all that is left to tell the client is that it ends. It asks again.
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}

function isReadOnly({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

function tagOf(body: string | Uint8Array): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
}

function tagsIn(header: string | undefined): string[] {
  return (header ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
}

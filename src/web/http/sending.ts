import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip as zlibGzip } from 'node:zlib';
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

const gzip = promisify(zlibGzip);
/** What fits into one packet is sent as it is. */
const LEAST_PACKED_BYTES = 1_400;
const PACKED = /^(text|application)\//;
/** A small machine sends faster than it packs well. */
const FASTEST = 1;

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
  else await sendWhole(answer, request, response);
}

async function sendWhole(
  { status, headers, body = '' }: Answer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Of a text node would set three times the memory aside, each time that its bytes are wanted.
  const bytes = Buffer.from(body);
  const tag = status === 200 && isReadOnly(request) ? tagOf(bytes) : undefined;
  const known = tag !== undefined && tagsIn(request.headers['if-none-match']).includes(tag);
  const packed = tag === undefined || known ? undefined : await pack(bytes, headers, request);
  // What is packed is the same to who reads it, but not byte for byte.
  const tagged = tag && { etag: packed === undefined ? tag : `W/${tag}`, vary: 'Accept, Accept-Encoding' };
  const sent = packed ?? bytes;
  const length = status === 204 || known ? {} : { 'content-length': sent.length };
  const encoding = packed && { 'content-encoding': 'gzip' };
  const usual = { ...SECURITY, 'cache-control': 'private, no-cache' };
  response.writeHead(known ? 304 : status, { ...usual, ...headers, ...tagged, ...encoding, ...length });
  response.end(known || request.method === 'HEAD' ? undefined : sent);
  const late = setTimeout(() => response.destroy(), LONGEST_SENDING_MS).unref();
  response.once('close', () => clearTimeout(late));
}

/** Packed by a thread of node's own; undefined where the client does not take that, or where it is not worth it. */
async function pack(
  body: Buffer,
  { 'content-type': type }: Answer['headers'],
  { headers }: IncomingMessage,
): Promise<Buffer | undefined> {
  const isTaken = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(headers['accept-encoding'] ?? '');
  if (!isTaken || body.length < LEAST_PACKED_BYTES || !PACKED.test(String(type))) return undefined;
  return gzip(body, { level: FASTEST });
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

function tagOf(body: Uint8Array): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
}

function tagsIn(header: string | undefined): string[] {
  return (header ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
}

import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDice } from '../dice.ts';
import { type Answer, exceptionPage, html } from './api.ts';

/** One request that is being answered, as a fault sees it: what it does not do does not happen. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The request's body, read whole. */
  readonly body: Buffer;
  /** The server's true work on the request: stores it where it is good, and gives the answer that belongs to it. */
  readonly handle: () => Answer;
  readonly send: (answer: Answer) => void;
  /** Aborts when the server stops; every wait of a fault ends with it. */
  readonly stopped: AbortSignal;
}

/** A way in which the far side misbehaves for one request. */
export type Fault = (exchange: Exchange) => void | Promise<void>;

/** Whether the request reaches the store before the fault strikes. */
interface WhetherStored {
  readonly stored?: boolean;
}

/** Never answers. */
export const hang =
  ({ stored = false }: WhetherStored = {}): Fault =>
  ({ handle }) => {
    if (stored) handle();
  };

/** Does its work and answers `ms` later; with `work: 'late'` it stores late too, long after the client may have left. */
export const late =
  (ms: number, work: 'at once' | 'late' = 'at once'): Fault =>
  async ({ handle, send, stopped }) => {
    const done = work === 'at once' ? handle() : undefined;
    await sleep(ms, undefined, { signal: stopped });
    send(done ?? handle());
  };

/**
 * A second worker: the client gets no answer at all, or the front end's 504 at once, and `ms` after the request its row
 * is stored all the same.
 */
export const storedLate =
  (ms: number, answer: 'none' | '504' = 'none'): Fault =>
  async ({ handle, send, stopped }) => {
    if (answer === '504') send(html(504, '<title>504 Gateway Time-out</title>'));
    await sleep(ms, undefined, { signal: stopped });
    handle();
  };

/** Answers with a status of its own: a proxy's 502 or 503, a 500 of anyone. */
export const status =
  (code: number, { stored = false, body = '', headers = {} }: WhetherStored & Partial<Answer> = {}): Fault =>
  ({ handle, send }) => {
    if (stored) handle();
    send(html(code, body, { ...headers }));
  };

/** The server's page for an exception that it did not catch. */
export const exception =
  (name: string, message: string, { stored = false }: WhetherStored = {}): Fault =>
  ({ handle, send }) => {
    if (stored) handle();
    send(exceptionPage(name, message));
  };

/** Resets the connection (RST). */
export const reset =
  ({ stored = false }: WhetherStored = {}): Fault =>
  ({ request, handle }) => {
    if (stored) handle();
    request.socket.resetAndDestroy();
  };

/** Stores, sends so many bytes of its answer, from the status line on, and resets. */
export const cutAfter =
  (bytes: number): Fault =>
  ({ request, handle }) => {
    const answer = Buffer.from(printAnswer(handle())).subarray(0, bytes);
    request.socket.write(answer, () => request.socket.resetAndDestroy());
  };

/** Closes the connection (FIN) with no answer. */
export const hangUp =
  ({ stored = false }: WhetherStored = {}): Fault =>
  ({ request, handle }) => {
    if (stored) handle();
    request.socket.destroy();
  };

/** Stores, then sends its answer a byte at a time, from the status line on. */
export const drip =
  (msPerByte: number): Fault =>
  async ({ request, handle, stopped }) => {
    for (const byte of Buffer.from(printAnswer(handle()))) {
      if (request.socket.destroyed) return;
      request.socket.write(Uint8Array.of(byte));
      await sleep(msPerByte, undefined, { signal: stopped });
    }
    request.socket.end();
  };

/** Sends a body of so many bytes, as fast as they are taken. */
export const flood =
  (bytes: number, code = 200): Fault =>
  async ({ response }) => {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    response.writeHead(code, { 'content-type': 'text/html', 'content-length': bytes });
    for (let sent = 0; sent < bytes && !response.destroyed; sent += chunk.length) {
      if (!response.write(chunk.subarray(0, bytes - sent))) await drained(response);
    }
    response.end();
  };

/** Sends elsewhere. */
export const redirect = (location: string, code = 302): Fault => status(code, { headers: { location } });

/** The page of another web server altogether. */
export const otherWebServer = (code = 200): Fault =>
  status(code, { body: '<!doctype html><html><head><title>Router</title></head><body>Welcome</body></html>' });

/** `fault` for so many of a hundred requests, chosen by the seed: the same seed, the same choice. */
export const share = (percent: number, seed: number, fault: Fault): Fault => mix(seed, [[percent, fault]]);

/** Each of these faults for so many of a hundred requests, and none for the rest, chosen by the seed. */
export function mix(seed: number, faults: readonly (readonly [percent: number, fault: Fault])[]): Fault {
  const dice = createDice(seed);
  return (exchange) => {
    let left = dice() * 100;
    const struck = faults.find(([percent]) => (left -= percent) < 0);
    return (struck?.[1] ?? none)(exchange);
  };
}

/** `fault` for posted readings, or for the list of readings; `otherwise` for whatever else is asked. */
export const onlyFor =
  (asked: 'posts' | 'list', fault: Fault, otherwise: Fault = none): Fault =>
  (exchange) => {
    const { method, url = '' } = exchange.request;
    const isList = method === 'GET' && url.startsWith('/api/v2/datalogger/dsmrreading');
    const isMeant = asked === 'posts' ? method === 'POST' : isList;
    return (isMeant ? fault : otherwise)(exchange);
  };

/** Does its work and answers. */
const none: Fault = ({ handle, send }) => send(handle());

/** An answer as it goes over the wire, the last on its connection. */
function printAnswer({ status: code, headers, body }: Answer): string {
  const all = { ...headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `HTTP/1.1 ${code} Dripping\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
}

async function drained(response: ServerResponse): Promise<void> {
  const left = new AbortController();
  const { signal } = left;
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
  left.abort();
}

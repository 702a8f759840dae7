import { ServerResponse, type IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { z } from 'zod';
import { requireScope, type Access, type Who } from './access/access.ts';
import type { Hosts } from './access/hosts.ts';
import { plainAddress } from '../network/networks.ts';
import { json, type Answer } from './http/answer.ts';
import { readBody } from './http/bodies.ts';
import { withHead } from './http/columns.ts';
import type { CompatApi } from './compat/compat-api.ts';
import { acceptsAny, JSON_TYPE } from './http/formats.ts';
import { Problem } from './http/problem.ts';
import { read, readQuery } from './http/reading-requests.ts';
import type { Asked, Route, Target } from './http/route.ts';
import type { Routing } from './http/routing.ts';
import { send } from './http/sending.ts';
import { Turns } from './http/turns.ts';
import { openWebSocket } from './http/web-socket.ts';

export interface AppParts<Parts> {
  readonly routing: Routing<Parts>;
  readonly access: Access;
  readonly hosts: Hosts;
  /** What is served for programs that were made for others; the first that serves a path answers. */
  readonly compat: readonly CompatApi[];
  /** What routes work with, as somebody may see it. */
  readonly partsFor: (who: Who) => Parts;
  /** Something was asked for that was not given. */
  readonly denied: (problem: Problem, address: string) => void;
  /** A fault of this program. */
  readonly fault: (text: string) => void;
  /** The service stops. */
  readonly signal: AbortSignal;
}

/** What changes nothing, whoever's page asks. */
const SAFE = ['GET', 'HEAD', 'OPTIONS'];
const LONGEST_URL = 4_096;
const MOST_HEADERS = 64;
const PROBLEM_HEADERS = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' };
const DENIED: readonly Problem['kind'][] = ['unauthenticated', 'forbidden', 'rate-limited'];

/** From a request to its answer: every request gets one, whatever is wrong with it. */
export class App<Parts> {
  readonly #app: AppParts<Parts>;
  readonly #turns = new Turns();

  constructor(app: AppParts<Parts>) {
    this.#app = app;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = this.#goneOf(response);
    const answer = await this.#answerTo(request, gone, false);
    await send(answer, request, response, gone);
  }

  /** A GET for a WebSocket: it becomes one, or is answered as any other and ends. */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (!(socket instanceof Socket)) throw new TypeError('a server of node gives a connection of its own');
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    const gone = this.#goneOf(response);
    const answer = await this.#answerTo(request, gone, true);
    if (answer.channel === undefined) {
      response.once('finish', () => socket.end());
      await send(answer, request, response, gone);
      return;
    }
    response.detachSocket(socket);
    await openWebSocket(answer.channel, request, socket, head, this.#app.signal);
  }

  /** What is asked for, or why not. */
  async #answerTo(request: IncomingMessage, gone: AbortSignal, mayUpgrade: boolean): Promise<Answer> {
    const address = plainAddress(request.socket.remoteAddress);
    try {
      const answer = await this.#answer(request, address, gone);
      if (answer.channel === undefined || mayUpgrade) return answer;
      throw new Problem('upgrade-required', 'expected a WebSocket', {}, { upgrade: 'websocket' });
    } catch (error) {
      return this.#refusal(error, request, address);
    }
  }

  async #answer(request: IncomingMessage, address: string, signal: AbortSignal): Promise<Answer> {
    const target = this.#target(request);
    const { path, query } = target;
    const { access, routing, partsFor } = this.#app;
    const compat = this.#compatFor(request);
    if (compat !== undefined) {
      if (request.method === 'GET') await this.#turns.next();
      return compat.answer(request, address);
    }
    this.#checkOrigin(request);
    const { route, params } = routing.find(request.method ?? '', path);
    const who = access.identify({ headers: request.headers, address });
    if (route.scope !== 'none') requireScope(who, route.scope);
    checkAccept(route, request);
    // Whether the service lives, and what is posted, is answered at once.
    if (route.scope !== 'none' && route.method === 'GET') await this.#turns.next();
    const asked: Asked<unknown, unknown, unknown> = {
      params: read(route.params ?? NOTHING, params, 'invalid-parameter'),
      query: readQuery(route.query ?? NOTHING, query),
      body: route.body === undefined ? undefined : read(route.body, await readBody(request), 'invalid-body'),
      ...{ target, who, address, headers: request.headers, isSecure: 'encrypted' in request.socket, signal },
    };
    // The schemas of this very route read it.
    const answer = await route.handle(asked as Parameters<typeof route.handle>[0], partsFor(who));
    return withHead(answer, route.answer);
  }

  #compatFor({ url = '' }: IncomingMessage): CompatApi | undefined {
    const [path = ''] = url.split('?');
    return this.#app.compat.find((api) => api.serves(path));
  }

  /** @throws {Problem} for what no route should see. */
  #target({ url = '', headers, rawHeaders }: IncomingMessage): Target {
    if (rawHeaders.length / 2 > MOST_HEADERS)
      throw new Problem(
        'headers-too-large',
        `got ${rawHeaders.length / 2} header fields, expected at most ${MOST_HEADERS}`,
      );
    if (url.length > LONGEST_URL)
      throw new Problem('uri-too-long', `expected at most ${LONGEST_URL} characters`, { allowed: LONGEST_URL });
    if (!this.#app.hosts.allows(headers.host ?? ''))
      throw new Problem('misdirected', 'this name is not one of ours; name it in http.allowedHosts, or ask by address');
    const [path = '', ...rest] = url.split('?');
    return { path, query: new URLSearchParams(rest.join('?')) };
  }

  /** @throws {Problem} where a page of somebody else wants something changed, or wants somebody logged in. */
  #checkOrigin({ method = '', headers: { origin, host = '', upgrade } }: IncomingMessage): void {
    // What comes over a WebSocket any page could read.
    if (origin === undefined || (SAFE.includes(method) && upgrade === undefined)) return;
    if (!this.#app.hosts.isOwn(origin, host)) throw new Problem('forbidden', 'a page of another site asks for this');
  }

  #refusal(error: unknown, request: IncomingMessage, address: string): Answer {
    const problem = error instanceof Problem ? error : this.#internal(error, request);
    if (DENIED.includes(problem.kind)) this.#app.denied(problem, address);
    const theirs = this.#compatFor(request)?.refusal?.(problem);
    if (theirs !== undefined) return theirs;
    return json(problem, problem.status, { ...PROBLEM_HEADERS, ...problem.headers });
  }

  #internal(error: unknown, { method = '', url = '' }: IncomingMessage): Problem {
    const { message } = error instanceof Error ? error : new Error(String(error));
    this.#app.fault(`${method} ${url.split('?')[0] ?? ''}: ${message}`);
    return new Problem('internal', 'the log of p1-relay says more');
  }

  #goneOf(response: ServerResponse): AbortSignal {
    const gone = new AbortController();
    const end = (): void => {
      gone.abort();
      this.#app.signal.removeEventListener('abort', end);
    };
    response.once('close', end);
    this.#app.signal.addEventListener('abort', end, { once: true });
    return gone.signal;
  }
}

const NOTHING = z.strictObject({});

/** @throws {Problem} where it answers nothing that the client takes. */
function checkAccept<Parts>({ answer, types = [] }: Route<Parts>, { headers }: IncomingMessage): void {
  const given = [...(answer === undefined ? [] : [JSON_TYPE]), ...types];
  if (given.length === 0 || acceptsAny(headers.accept, given)) return;
  throw new Problem('not-acceptable', `got Accept: ${headers.accept ?? ''}, expected ${given.join(' or ')}`, {
    allowed: given,
  });
}

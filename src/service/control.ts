import { rm } from 'node:fs/promises';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { connect } from 'node:net';

/** What a route answers: a value that becomes JSON. Throws {@link BadRequest} for what it cannot make sense of. */
type Route = (query: URLSearchParams, body: unknown) => unknown;

/** Routes by method and path: `GET /health`. */
export type Routes = Readonly<Record<string, Route>>;

/** The question itself is wrong; its text is for whoever asked. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

/** The service belongs to another user, and answers only that one. */
class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
}

/** Nobody listens: no service runs with this state directory. */
export class NoService extends Error {
  override readonly name = 'NoService';
}

const LARGEST_BODY_BYTES = 65_536;
const LONGEST_REQUEST_MS = 10_000;
const MOST_CLIENTS = 8;

/** HTTP with JSON on a Unix socket in the state directory, for the commands of the same user. */
export class ControlServer {
  readonly #server: Server;
  #listening: Promise<void> | undefined;

  constructor(routes: Routes) {
    this.#server = createServer({ requestTimeout: LONGEST_REQUEST_MS }, (request, response) => {
      void answer(routes, request, response);
    });
    this.#server.maxConnections = MOST_CLIENTS;
    // What one client cannot have (no descriptor left) is that client's trouble.
    this.#server.on('error', () => undefined);
  }

  get isListening(): boolean {
    return this.#server.listening;
  }

  /**
   * Replaces the socket file of a service that was killed: the caller knows that there is no other. One call at a time
   * does it: a second one would take away the file that the first one made.
   */
  async listen(path: string): Promise<void> {
    this.#listening ??= this.#listen(path).finally(() => (this.#listening = undefined));
    await this.#listening;
  }

  async #listen(path: string): Promise<void> {
    if (this.isListening) return;
    await rm(path, { force: true });
    this.#server.listen(path);
    await once(this.#server, 'listening');
    chmodSync(path, 0o600);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** True where a service listens on this socket. */
export async function isServed(path: string): Promise<boolean> {
  const socket = connect(path);
  const answered = once(socket, 'connect').then(
    () => true,
    () => false,
  );
  return answered.finally(() => socket.destroy());
}

/**
 * Asks the service that runs with this socket.
 *
 * @throws {NoService} where none does, {NotAllowed} where it is another user's, {BadRequest} with the service's own words.
 */
export async function ask(path: string, method: 'GET' | 'POST', route: string, body?: unknown): Promise<unknown> {
  const signal = AbortSignal.timeout(LONGEST_REQUEST_MS);
  const request = httpRequest({ socketPath: path, method, path: route, signal });
  request.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = (await once(request, 'response').catch((error: unknown) => {
    throw whyNoAnswer(path, error);
  })) as [IncomingMessage];
  const value = JSON.parse(await text(response, Infinity)) as unknown;
  if (response.statusCode === 200) return value;
  throw new BadRequest((value as { error: string }).error);
}

/** True where a service runs that can be asked. @throws as {@link ask} for any other trouble. */
export async function isListening(path: string): Promise<boolean> {
  try {
    await ask(path, 'GET', '/health');
    return true;
  } catch (error) {
    if (error instanceof NoService) return false;
    throw error;
  }
}

/** Questions as a query string; what is undefined is left out. */
export function query(asked: Readonly<Record<string, string | number | undefined>>): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) if (value !== undefined) given.set(name, String(value));
  return given.toString();
}

/** A number of a query. @throws {BadRequest} */
export function wholeNumber(asked: URLSearchParams, name: string): number {
  const text = asked.get(name) ?? '';
  const value = Number(text);
  if (text === '' || !Number.isSafeInteger(value)) throw new BadRequest(`expected ${name} as a whole number`);
  return value;
}

function whyNoAnswer(path: string, error: unknown): Error {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return new NoService(`no p1-relay is listening on ${path}`, { cause: error });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new NotAllowed(`${path} belongs to the user that p1-relay runs as; ask as that user, or with sudo`, {
      cause: error,
    });
  }
  return new Error(`${path} gave no answer: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  });
}

async function answer(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://control');
    const route = routes[`${request.method ?? ''} ${pathname}`];
    if (route === undefined) {
      send(response, 404, { error: `no such route: ${pathname}` });
      return;
    }
    const body = await text(request, LARGEST_BODY_BYTES);
    send(response, 200, await route(searchParams, body === '' ? undefined : JSON.parse(body)));
  } catch (error) {
    const status = error instanceof BadRequest || error instanceof SyntaxError ? 400 : 500;
    send(response, status, { error: error instanceof Error ? error.message : String(error) });
  }
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value ?? null));
}

async function text(message: IncomingMessage, mostBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new BadRequest('the request is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { cutOff, listenOn } from './loopback.ts';

/** A request as it came; its body unpacked. */
export interface Came {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Names and values by turns, as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** What the far side answers with: a status, or whatever it does with the response itself. */
export type Answer =
  | number
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | ((response: ServerResponse) => void);

/** A web server of somebody's own: keeps what it took, and answers as it is told. */
export class Receiver {
  readonly came: Came[] = [];
  /** By default everything is taken. */
  answer: (request: Came) => Answer | Promise<Answer> = () => 204;
  #port = 0;
  #server: Server | undefined;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The same port again after a `stop`. */
  async start(): Promise<this> {
    const server = createServer((request, response) => void this.#take(request, response));
    this.#port = await listenOn(server, this.#port);
    this.#server = server;
    return this;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    await cutOff(server);
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers, rawHeaders } = request;
    const bytes = await buffer(request).catch(() => undefined);
    if (bytes === undefined) return;
    const { pathname: path, searchParams: query } = new URL(url, 'http://here');
    const body = headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
    const came = { method, path, query, headers, rawHeaders, body };
    const answer = await this.answer(came);
    this.came.push(came);
    if (typeof answer === 'function') {
      answer(response);
      return;
    }
    const { status, headers: its = {}, body: text = '' } = typeof answer === 'number' ? { status: answer } : answer;
    response.writeHead(status, its).end(text);
  }
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { answerV1 } from './dsmr-reader/api-v1.ts';
import { answerV2 } from './dsmr-reader/api-v2.ts';
import { type Answer, exceptionPage, notFoundPage, type Request, type Row, type State } from './dsmr-reader/api.ts';
import type { Fault } from './dsmr-reader/faults.ts';
import type { MeterProfile } from './dsmr-reader/telegram.ts';
import { cutOff, listenOn } from './loopback.ts';

export type { Row } from './dsmr-reader/api.ts';
export type { Fault } from './dsmr-reader/faults.ts';
export * as faults from './dsmr-reader/faults.ts';

/** The server refuses a form this large before any view sees it. */
const MAX_BODY = 2_621_440;

/** How the far side is set. Everything has the real server's default, but the key, which has none. */
export interface DsmrReaderOptions {
  readonly key?: string;
  /** 0: any free port. The same port is taken again after `stop` and `start`. */
  readonly port?: number;
  /** The server's "DSMR version" setting. */
  readonly profile?: MeterProfile;
  /** The real one closes each connection; behind a proxy it is kept. */
  readonly keepAlive?: boolean;
  readonly now?: () => Date;
  /** The server's setting "override telegram timestamp". */
  readonly overridesTimestamps?: boolean;
  /** The server's clean-up: of readings older than this, milliseconds, the first and the last of each hour are left. */
  readonly keepsAllForMs?: number;
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer };
}

/**
 * A stand-in for a DSMR-reader server v5.11, answering status, content type and body as the real one was observed to:
 * API v1 and v2 for readings, the reading list, meter statistics and the version. What it stores it keeps in `rows`, in order.
 */
export class DsmrReader implements State {
  key: string;
  enabled = true;
  profile: MeterProfile;
  now: () => Date;
  overridesTimestamps: boolean;
  keepsAllForMs: number;
  readonly rows: Row[] = [];
  readonly statistics: Record<string, unknown> = {
    id: 1,
    dsmr_version: null,
    rejected_telegrams: 0,
    latest_telegram: null,
  };
  /** What the next requests meet in place of an answer; undefined: none. */
  fault: Fault | undefined;
  /** Requests that came in, answered or not, by `METHOD /path`. */
  readonly requests: string[] = [];

  #port: number;
  #server: Server | undefined;
  #stopped = new AbortController();
  readonly #options: DsmrReaderOptions;

  constructor(options: DsmrReaderOptions = {}) {
    this.#options = options;
    this.key = options.key ?? 'a-key';
    this.profile = options.profile ?? 'nl';
    this.now = options.now ?? (() => new Date());
    this.overridesTimestamps = options.overridesTimestamps ?? false;
    this.keepsAllForMs = options.keepsAllForMs ?? Infinity;
    this.#port = options.port ?? 0;
  }

  get port(): number {
    return this.#port;
  }

  /** The base URL, with no slash at its end. */
  get url(): string {
    return `${this.#options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<this> {
    const onRequest = (request: IncomingMessage, response: ServerResponse): void => void this.#serve(request, response);
    const server =
      this.#options.tls === undefined ? createServer(onRequest) : createTlsServer(this.#options.tls, onRequest);
    this.#stopped = new AbortController();
    this.#port = await listenOn(server, this.#port);
    this.#server = server;
    return this;
  }

  /** Refuses connections from now on and cuts those there are. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    this.#stopped.abort();
    await cutOff(server);
  }

  /** Closes the connections that are kept alive and idle, as a server does after its keep-alive time. */
  closeIdleConnections(): void {
    this.#server?.closeIdleConnections();
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const read = await readRequest(message).catch(() => undefined);
    if (read === undefined) return;
    const request = { ...read, nth: this.requests.push(`${read.method} ${read.url.pathname}`) };
    const fault = this.fault ?? (({ handle, send }) => send(handle()));
    const send = (answer: Answer): void => this.#send(response, answer);
    try {
      await fault({
        request: message,
        response,
        body: request.body,
        handle: () => this.#handle(request),
        send,
        stopped: this.#stopped.signal,
      });
    } catch {
      response.destroy();
    }
  }

  #handle(request: Request): Answer {
    if (request.body.length > MAX_BODY)
      return exceptionPage('RequestDataTooBig', 'Request body exceeded settings.DATA_UPLOAD_MAX_MEMORY_SIZE.');
    if (request.url.pathname === '/api/v1/datalogger/dsmrreading') return answerV1(request, this);
    return request.url.pathname.startsWith('/api/v2/') ? answerV2(request, this) : notFoundPage;
  }

  #send(response: ServerResponse, answer: Answer): void {
    if (response.destroyed || response.headersSent) return;
    const connection = this.#options.keepAlive === true ? {} : { connection: 'close' };
    response.writeHead(answer.status, {
      ...answer.headers,
      ...connection,
      'content-length': Buffer.byteLength(answer.body),
    });
    response.end(answer.body);
  }
}

/** Starts a stand-in; the caller stops it. */
export function startDsmrReader(options: DsmrReaderOptions = {}): Promise<DsmrReader> {
  return new DsmrReader(options).start();
}

async function readRequest(message: IncomingMessage): Promise<Omit<Request, 'nth'>> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const url = new URL(message.url ?? '/', `http://${message.headers.host ?? 'localhost'}`);
  const headers = message.headers as Readonly<Record<string, string | undefined>>;
  return { method: message.method ?? '', url, headers, body: Buffer.concat(chunks) };
}

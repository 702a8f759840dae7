import { createRequire } from 'node:module';
import type { Client as UndiciClient, Dispatcher } from 'undici';
import { unreachable, codeOf } from './unreachable.ts';
import { NoAnswer, NotHttp, NotSent } from './failures.ts';

/** One far side: one connection to it, and one request at a time on that connection. */
export interface Http {
  /**
   * One attempt. Resolves with whatever was answered, an error status too. Throws {@link NotSent}, {@link NoAnswer} where it
   * was sent and no answer came, {@link NotHttp} where no web server listens, and the signal's reason once that aborts.
   */
  request(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  close(): Promise<void>;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Name and value by turns. */
  readonly headers: string[];
  readonly body?: string | Buffer;
  /** As much of the answer's body is read; 8 kB where it is left out. */
  readonly maxBodyBytes?: number;
  /** Of the answer's body; utf8 where it is left out, latin1 keeps a byte a character. */
  readonly encoding?: 'utf8' | 'latin1';
}

export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As much of the body as came, up to the request's bound. */
  readonly body: string;
  /** False where the body goes on behind that: it was too long, too slow, or cut with its connection. */
  readonly whole: boolean;
}

export interface HttpOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Over all of an attempt: connecting, sending, and the answer to its end. */
  readonly timeoutMs: number;
  /** PEM text of the certificates to trust in the place of the system's. */
  readonly ca?: string | undefined;
}

const MAX_CONNECT_MS = 10_000;
const MAX_BODY_BYTES = 8_192;

/**
 * Servers close idle connections after some seconds, and one that closes just as we write leaves the letter in doubt.
 * So an idle connection is left early, at most this long after its last answer, whatever the server offers.
 */
const MAX_IDLE_MS = 10_000;

/**
 * undici's client without the rest of it (fetch, WebSocket, caches, mocks), which would take 6 MB of a Pi's memory.
 * Where a later undici has moved that file, the whole package gives the same class.
 */
const Client = loadClient();

function loadClient(): typeof UndiciClient {
  const require = createRequire(import.meta.url);
  try {
    return require('undici/lib/dispatcher/client.js') as typeof UndiciClient;
  } catch {
    return (require('undici') as typeof import('undici')).Client;
  }
}

export function openHttp(options: HttpOptions): Http {
  const client = new Client(options.origin, {
    connect: { timeout: Math.min(options.timeoutMs, MAX_CONNECT_MS), ca: options.ca },
    keepAliveMaxTimeout: MAX_IDLE_MS,
    // One time-out over the whole attempt binds tighter than these two could.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    async request(request, signal) {
      await oneTurn();
      signal.throwIfAborted();
      return new Promise((resolve, reject) => {
        client.dispatch(request, new Attempt({ ...options, ...request }, signal, resolve, reject));
      });
    },
    close: () => client.destroy(),
  };
}

/**
 * Lets the event loop look at the connection once: a far side that has closed it is then seen before the request is
 * written, which goes over a new connection. Without it that letter would be in doubt.
 */
function oneTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

type AttemptOptions = HttpOptions & Pick<HttpRequest, 'maxBodyBytes' | 'encoding'>;

/** One request on its way. It settles once, by whatever comes first: the answer, a failure, the time-out, the signal. */
class Attempt implements Dispatcher.DispatchHandler {
  readonly #options: AttemptOptions;
  readonly #signal: AbortSignal;
  readonly #resolve: (answer: HttpAnswer) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  #settled = false;
  /** Set from the moment at which the request is being written. */
  #controller: Dispatcher.DispatchController | undefined;
  #head: Pick<HttpAnswer, 'status' | 'headers'> | undefined;
  readonly #body: Buffer[] = [];
  #bodyBytes = 0;

  constructor(
    options: AttemptOptions,
    signal: AbortSignal,
    resolve: (answer: HttpAnswer) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#options = options;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timer = setTimeout(this.#onTimeout, options.timeoutMs);
    signal.addEventListener('abort', this.#onAbort);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#settled) controller.abort(new Error('given up while connecting'));
    else this.#controller = controller;
  }

  onResponseStart(_: unknown, status: number, headers: HttpAnswer['headers']): void {
    if (status >= 200) this.#head = { status, headers };
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    const { maxBodyBytes = MAX_BODY_BYTES } = this.#options;
    this.#body.push(chunk.subarray(0, maxBodyBytes - this.#bodyBytes));
    this.#bodyBytes += chunk.length;
    if (this.#bodyBytes >= maxBodyBytes) this.#leave(() => this.#finish());
  }

  onResponseEnd(): void {
    this.#settle(() => this.#finish(true));
  }

  onResponseError(_: unknown, error: Error): void {
    this.#settle(() => {
      if (this.#head === undefined) this.#reject(this.#failure(error));
      else this.#finish();
    });
  }

  readonly #onTimeout = (): void => {
    const seconds = this.#options.timeoutMs / 1_000;
    this.#leave(() => {
      if (this.#head !== undefined) this.#finish();
      else if (this.#controller !== undefined)
        this.#reject(new NoAnswer(`${this.#options.origin} gave no answer within ${seconds} s`));
      else this.#reject(new NotSent(`${this.#options.origin} could not be connected to within ${seconds} s`));
    });
  };

  readonly #onAbort = (): void => {
    this.#leave(() => this.#reject(this.#signal.reason));
  };

  /** The status line is the answer: a body that is cut short takes nothing from it. */
  #finish(whole = false): void {
    if (this.#head === undefined) return;
    const body = Buffer.concat(this.#body).toString(this.#options.encoding);
    this.#resolve({ ...this.#head, body, whole });
  }

  /** Settles, and cuts the connection with what may still come over it. */
  #leave(settle: () => void): void {
    this.#settle(settle);
    this.#controller?.abort(new Error('left'));
  }

  #settle(settle: () => void): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this.#onAbort);
    settle();
  }

  #failure(error: Error): Error {
    const { origin } = this.#options;
    if (this.#controller === undefined) return new NotSent(unreachable(origin, error), { cause: error });
    if (codeOf(error).startsWith('HPE_') || error.name === 'HTTPParserError')
      return new NotHttp(`${origin} does not speak HTTP: ${error.message}`, { cause: error });
    return new NoAnswer(`${origin} cut the connection before it answered (${error.message})`, { cause: error });
  }
}

import { createServer as createPlain, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTls, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { statSync } from 'node:fs';
import { once } from 'node:events';
import type { HttpConfig } from '../../config/http.ts';
import { sleep } from '../../time/sleep.ts';
import { isLoopback, Networks, plainAddress } from '../access/networks.ts';
import { readCertificate } from './certificate.ts';

/** What clients may take up; more is refused, and what takes too long is dropped. */
const LIMITS = {
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 15_000,
  connectionsCheckingInterval: 2_000,
} as const;
const MOST_CLIENTS = 128;
const MOST_REQUESTS_A_SOCKET = 10_000;
/** A socket without a byte for so long is dropped; streams send more often. */
const SILENT_MS = 30_000;
const RETRY_MS = [1_000, 2_000, 5_000, 15_000, 30_000] as const;
/** How long a stop waits for answers that are on their way. */
const LAST_ANSWERS_MS = 2_000;
const CERTIFICATE_CHECK_MS = 60_000;

interface ServerEvents {
  listening(url: string): void;
  /** It is tried again. */
  unavailable(reason: string): void;
  /** The certificate was read anew. */
  renewed(): void;
  /** It cannot be; the one before serves on, and it is looked at again. */
  notRenewed(reason: string): void;
}

export interface ServeOptions {
  readonly http: HttpConfig;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  readonly events: ServerEvents;
  readonly signal: AbortSignal;
}

/** Serves until the signal aborts. An address that is taken, or not there yet, is tried again: it never ends for that. */
export async function serve(options: ServeOptions): Promise<void> {
  const { events, signal } = options;
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      await serveOnce(options, () => (failures = 0));
    } catch (error) {
      events.unavailable(whyNot(error, options.http));
      await sleep(RETRY_MS[failures] ?? RETRY_MS[RETRY_MS.length - 1] ?? 0, signal);
    }
  }
}

async function serveOnce({ http, handle, events, signal }: ServeOptions, began: () => void): Promise<void> {
  const server = create(http, handle);
  server.listen(http.port, http.host);
  await once(server, 'listening', { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  began();
  const ended = new AbortController();
  const over = new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    server.once('error', reject);
    if (signal.aborted) resolve();
  });
  if (!signal.aborted) events.listening(urlOf(server, http));
  renewCertificate(server, http, events, ended.signal);
  await over.finally(() => {
    ended.abort();
    return close(server);
  });
}

function create(http: HttpConfig, handle: ServeOptions['handle']): Server {
  const server =
    http.tls === undefined
      ? createPlain(LIMITS, handle)
      : createTls({ ...LIMITS, ...readCertificate(http.tls) }, handle);
  const allowed = new Networks(http.allowCidrs);
  server.maxConnections = MOST_CLIENTS;
  server.maxRequestsPerSocket = MOST_REQUESTS_A_SOCKET;
  server.setTimeout(SILENT_MS);
  server.on('connection', (socket: Socket) => {
    const address = plainAddress(socket.remoteAddress);
    if (!isLoopback(address) && !allowed.has(address)) socket.destroy();
  });
  return server;
}

/** Certificates last for weeks, a service for years. */
function renewCertificate(server: Server, { tls }: HttpConfig, events: ServerEvents, signal: AbortSignal): void {
  if (tls === undefined || !('setSecureContext' in server)) return;
  const secure = server as unknown as TlsServer;
  let known = statSync(tls.cert).mtimeMs;
  const timer = setInterval(() => {
    const found = statSync(tls.cert, { throwIfNoEntry: false })?.mtimeMs ?? known;
    if (found === known) return;
    known = found;
    try {
      secure.setSecureContext(readCertificate(tls));
      events.renewed();
    } catch (error) {
      // Half written, as a rule: it is looked at again, whatever its time is then.
      known = 0;
      events.notRenewed((error as Error).message);
    }
  }, CERTIFICATE_CHECK_MS).unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}

async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS);
  await closed;
  clearTimeout(cut);
}

function urlOf(server: Server, { host, tls }: HttpConfig): string {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there; name another port in http.listen',
  EADDRNOTAVAIL: 'this machine has no such address; see http.listen',
  EACCES: 'this user may not; take a port from 1024 up in http.listen',
};

function whyNot(error: unknown, { host, port }: HttpConfig): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return `${host}:${port}: ${REASONS[code] ?? message}`;
}

import { createServer as createPlain, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTls, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { statSync } from 'node:fs';
import type { HttpConfig } from '../../config/http.ts';
import { keepListening, listeningAt } from '../../network/keep-listening.ts';
import { isLoopback, Networks, plainAddress } from '../../network/networks.ts';
import { urlOf } from './address.ts';
import { readCertificate } from './certificate.ts';
import { takeUpgrades, type Upgrade } from './upgrades.ts';

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
  /** A request for a WebSocket. */
  readonly upgrade: Upgrade;
  readonly events: ServerEvents;
  readonly signal: AbortSignal;
}

/** Serves until the signal aborts. An address that is taken, or not there yet, is tried again: it never ends for that. */
export async function serve({ http, handle, upgrade, events, signal }: ServeOptions): Promise<void> {
  await keepListening({
    place: http,
    setting: 'http.listen',
    create: () => create(http, handle, upgrade),
    listening: (server, ended) => {
      events.listening(urlOf(http, listeningAt(server, http)));
      renewCertificate(server, http, events, ended);
    },
    unavailable: (reason) => events.unavailable(reason),
    close,
    signal,
  });
}

function create(http: HttpConfig, handle: ServeOptions['handle'], upgrade: Upgrade): Server {
  const server =
    http.tls === undefined
      ? createPlain(LIMITS, handle)
      : createTls({ ...LIMITS, ...readCertificate(http.tls) }, handle);
  const allowed = new Networks(http.allowCidrs);
  server.maxConnections = MOST_CLIENTS;
  server.maxRequestsPerSocket = MOST_REQUESTS_A_SOCKET;
  server.setTimeout(SILENT_MS);
  takeUpgrades(server, upgrade);
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

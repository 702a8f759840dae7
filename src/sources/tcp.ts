import { createConnection, type Socket } from 'node:net';
import { Inbox } from './inbox.ts';
import { defineSource } from './source.ts';

/** A serial port behind the network: ser2net, a P1-to-LAN dongle. Never writes. */
export const tcp = defineSource({
  settings: ({ z, duration }) =>
    z.object({
      host: z.string().min(1).describe('name or address of the device, such as 192.168.1.20'),
      port: z.int().min(1).max(65_535).describe('its TCP port, such as 23 or 2001'),
      connectTimeout: duration.prefault('10s').describe('how long the connection may take to come up'),
    }),
  create: (settings) => ({
    openingMs: settings.connectTimeout,
    open: (signal) => read(settings, signal),
  }),
});

interface Address {
  readonly host: string;
  readonly port: number;
  readonly connectTimeout: number;
}

// A peer that lost its power says nothing: probes end what would else look connected for ever.
const KEEP_ALIVE_MS = 10_000;
const READ_BUFFER_BYTES = 16 * 1024;
const MAX_WAITING_BYTES = 64 * 1024;

async function* read(address: Address, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  if (signal.aborted) return;
  const inbox: Inbox = new Inbox(MAX_WAITING_BYTES, () => socket.resume());
  const socket: Socket = connect(address, inbox);
  const stop = () => socket.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    yield* inbox;
  } finally {
    signal.removeEventListener('abort', stop);
    socket.destroy();
  }
}

function connect({ host, port, connectTimeout }: Address, inbox: Inbox): Socket {
  const socket = createConnection({
    host,
    port,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
    // One buffer for the life of the connection instead of one for each small chunk.
    onread: {
      buffer: Buffer.allocUnsafe(READ_BUFFER_BYTES),
      callback: (length, buffer) => inbox.put(buffer.subarray(0, length)),
    },
  });
  const late = setTimeout(() => socket.destroy(new Error(`no answer within ${connectTimeout} ms`)), connectTimeout);
  return socket
    .once('connect', () => clearTimeout(late))
    .once('error', (error) => inbox.end(explain(`${host}:${port}`, error)))
    .once('close', () => {
      clearTimeout(late);
      inbox.end();
    });
}

const REMEDIES: Readonly<Record<string, string>> = {
  ECONNREFUSED:
    'nothing listens there: check the port, and that the device serves it (ser2net allows one client at a time)',
  ENOTFOUND: 'no such name: check the host, or give its address',
  EAI_AGAIN: 'the name server does not answer: check the network, or give the address',
  EHOSTUNREACH: 'the device cannot be reached: check its power, cable or WiFi',
  ECONNRESET: 'the device cut the connection: it may serve one client at a time',
};

function explain(address: string, error: NodeJS.ErrnoException): Error {
  const remedy = REMEDIES[error.code ?? ''];
  return new Error([`${address}: ${error.code ?? error.message}`, remedy].filter(Boolean).join(', '), { cause: error });
}

import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { openPty } from './pty.ts';

/** Where a simulated meter prints to. */
export interface Outlet {
  /** A line for the person who started it, where there is something to say. */
  readonly description: string;
  /** Resolves when somebody can hear it: what a meter prints before that is lost. */
  readonly heard: Promise<unknown>;
  /** Resolves when there is room for more: the slowest reader sets the pace. Rejects when the only reader has gone. */
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** A serial port of its own, at `link`. */
export async function toPty(link: string): Promise<Outlet> {
  const pty = await openPty({ link });
  return {
    description: `a simulated meter at ${link}: set port: ${link} on a serial source, or try cat ${link}\n`,
    heard: pty.opened,
    write: (bytes) => pty.write(bytes),
    async close() {
      // The kernel forgets what a reader has not read yet when the line hangs up.
      await wait(LINGER_MS);
      await pty.hangUp();
    },
  };
}

/** How long a reader may take for the last bytes. */
const LINGER_MS = 500;

/** A TCP port that prints the same to everybody who connects. */
export async function toTcp({ host, port }: { host: string; port: number }): Promise<Outlet> {
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    client.on('error', () => undefined).on('close', () => clients.delete(client));
  });
  await once(server.listen(port, host), 'listening');
  const address = server.address();
  const actual = typeof address === 'object' && address ? address.port : port;
  return {
    description: `a simulated meter at ${host}:${actual}: set host and port of a tcp source\n`,
    heard: once(server, 'connection'),
    async write(bytes) {
      // A client that has gone is no trouble: others may still listen.
      await Promise.all([...clients].map((client) => writeAll(client, bytes).catch(() => undefined)));
    },
    async close() {
      server.close();
      for (const client of clients) client.end();
      if (clients.size > 0) await wait(LINGER_MS);
      for (const client of clients) client.destroy();
    },
  };
}

/** A stream such as standard output. */
export function toStream(stream: Writable): Outlet {
  stream.on('error', () => undefined); // comes with the failed write, too
  return {
    description: '',
    heard: Promise.resolve(),
    write: (bytes) => writeAll(stream, bytes),
    close: () => Promise.resolve(),
  };
}

function writeAll(stream: Writable, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

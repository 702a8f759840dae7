import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { openPty, type Pty } from './pty.ts';
import { until } from './service.ts';

/** Where a meter's bytes go in, and what the service has to be told to read them. */
export interface MeterLine {
  readonly source: Readonly<Record<string, unknown>>;
  /** Resolves once somebody reads. */
  readonly opened: () => Promise<void>;
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export interface SerialLine extends MeterLine {
  hangUp: Pty['hangUp'];
}

export interface TcpLine extends MeterLine {
  /** Closes the connections behind the last byte; new ones may come. */
  hangUp(): Promise<void>;
}

/** A pseudo-terminal at `link`, or at a place of its own. */
export async function openSerialLine(link?: string): Promise<SerialLine> {
  const pty = await openPty(link === undefined ? {} : { link });
  return {
    source: { name: 'meter', type: 'serial', port: pty.path },
    opened: async () => {
      await pty.opened;
      // Whoever opens a port sets its speed next, and what came before that may be flushed.
      await wait(SETTLE_MS);
    },
    write: (bytes) => pty.write(bytes),
    hangUp: (when) => pty.hangUp(when),
    close: () => pty.close(),
  };
}

const SETTLE_MS = 200;

/** A TCP port that sends to everybody who is connected, as ser2net does. */
export async function openTcpLine(): Promise<TcpLine> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket.on('error', () => undefined).once('close', () => sockets.delete(socket)));
  }).listen(0, '127.0.0.1');
  await until(() => server.listening, 5_000);
  const { port } = server.address() as AddressInfo;
  return {
    source: { name: 'meter', type: 'tcp', host: '127.0.0.1', port },
    opened: () => until(() => sockets.size > 0, 20_000),
    write: async (bytes) => {
      await Promise.all([...sockets].map((socket) => new Promise((resolve) => socket.write(bytes, resolve))));
    },
    async hangUp() {
      for (const socket of sockets) socket.end();
      await until(() => sockets.size === 0, 5_000);
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Prints one telegram after the other, one each `everyMs`, the first at once. @returns when each was written. */
export async function print(line: MeterLine, telegrams: readonly Uint8Array[], everyMs: number): Promise<Date[]> {
  const begunMs = performance.now();
  const writtenAt: Date[] = [];
  for (const [index, telegram] of telegrams.entries()) {
    await wait(begunMs + index * everyMs - performance.now());
    await line.write(telegram);
    writtenAt.push(new Date());
  }
  return writtenAt;
}

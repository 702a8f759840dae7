import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Pty } from '../support/pty.ts';
import { until } from '../support/service.ts';

/** A source that never prints: nothing listens there. */
export const quietMeter = { name: 'meter', type: 'tcp', host: '127.0.0.1', port: 9 } as const;

/** A meter behind a TCP port, as ser2net serves it. */
export interface TcpMeter {
  readonly source: Readonly<Record<string, unknown>>;
  /** Prints so many telegrams a second, all of them. Resolves behind the last. */
  print(telegrams: readonly Buffer[], aSecond: number): Promise<void>;
  close(): Promise<void>;
}

export async function openTcpMeter(): Promise<TcpMeter> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket.on('error', () => undefined).once('close', () => sockets.delete(socket)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    source: { name: 'meter', type: 'tcp', host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    async print(telegrams, aSecond) {
      await until(() => sockets.size > 0, 20_000);
      await paced(telegrams, 1_000 / aSecond, (telegram) => sockets.forEach((socket) => socket.write(telegram)));
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const PIECE_BYTES = 64;
const BAUD_BYTES_A_MS = 11.52;

/** Prints a telegram on a pseudo-terminal as fast as 115200 baud does. @returns just before its last bytes went. */
export async function printPaced(pty: Pty, telegram: Buffer): Promise<number> {
  const pieces = Array.from({ length: Math.ceil(telegram.length / PIECE_BYTES) }, (_, index) =>
    telegram.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES),
  );
  let lastAt = NaN;
  await paced(pieces, PIECE_BYTES / BAUD_BYTES_A_MS, async (piece) => {
    lastAt = performance.now();
    await pty.write(piece);
  });
  return lastAt;
}

/** Each item at its time from now on, the first at once; those that are late go together. */
export async function paced<T>(items: readonly T[], everyMs: number, send: (item: T) => unknown): Promise<void> {
  const begunMs = performance.now();
  for (const [index, item] of items.entries()) {
    const leftMs = begunMs + index * everyMs - performance.now();
    if (leftMs > 0) await wait(leftMs);
    await send(item);
  }
}

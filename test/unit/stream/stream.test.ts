import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { StreamConfig } from '../../../src/config/stream.ts';
import { Stream } from '../../../src/stream/stream.ts';
import { until } from '../../support/service.ts';
import { StreamReader } from '../../support/stream-reader.ts';
import { buildTelegram } from '../../support/telegrams.ts';

const CONFIG: StreamConfig = {
  ...{ enabled: true, host: '127.0.0.1', port: 0, source: undefined, maxClients: 3, maxPerAddress: 2 },
  ...{ allowCidrs: [], addChecksum: false },
};

const stop: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const one of stop.splice(0)) await one();
});

/** A stream, and what it told. */
function started(more: Partial<StreamConfig> = {}): { stream: Stream; told: string[] } {
  const told: string[] = [];
  const stream = new Stream({
    config: { ...CONFIG, ...more },
    firstSource: 'house',
    events: {
      listening: (at) => told.push(at),
      unavailable: (reason) => told.push(reason),
      refused: (address, reason) => told.push(`${address} ${reason}`),
      dropped: (address, reason) => told.push(`${address} ${reason}`),
    },
  });
  stream.start();
  stop.push(async () => stream.close());
  return { stream, told };
}

async function portOf(told: readonly string[]): Promise<number> {
  await until(() => told.length > 0, 5_000);
  return Number(told[0]!.split(':').at(-1));
}

function letter(n: number) {
  const raw = buildTelegram('/ISK5\\MADE-UP', [`1-0:1.8.1(${String(n).padStart(6, '0')}.000*kWh)`]);
  return { seq: n, telegram: { source: 'house', receivedAt: new Date(), raw, checksum: 'valid' as const } };
}

test('an address that is taken is told, and tried again until it is free', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const { stream, told } = started({ port });
  await until(() => told.length > 0, 5_000);
  expect(told).toEqual([`127.0.0.1:${port}: another program listens there; name another port in stream.listen`]);
  expect(stream.status()?.trouble).toBe(`cannot listen on ${told[0]!}`);
  await new Promise((resolve) => other.close(resolve));
  await until(() => told.includes(`127.0.0.1:${port}`), 10_000);
  expect(stream.status()?.trouble).toBeUndefined();
});

test('of one address no more are let in than may be, and who leaves makes room', async () => {
  const { stream, told } = started();
  const port = await portOf(told);
  const readers = Array.from({ length: 3 }, () => new StreamReader(port));
  await until(() => told.length > 1, 5_000);
  expect(told.slice(1)).toEqual(['127.0.0.1 address']);
  expect(stream.status()?.refused).toEqual({ full: 0, address: 1, network: 0 });
  readers.forEach((reader) => reader.close());
  await until(() => stream.status()?.clients.length === 0, 5_000);
  const again = new StreamReader(port);
  await until(() => stream.status()?.clients.length === 1, 5_000);
  again.close();
});

test('who ends its own direction reads on, and gets its last telegram whole when all ends', async () => {
  const { stream, told } = started();
  const reader = new StreamReader(await portOf(told));
  reader.socket.end();
  await until(() => stream.status()?.clients.length === 1, 5_000);
  stream.accepted([letter(1), letter(2)]);
  await stream.close();
  await until(() => reader.isClosed, 5_000);
  expect(reader.telegrams).toEqual([1, 2].map((n) => letter(n).telegram.raw.toString()));
  expect(reader.bytes).toHaveLength(reader.telegrams.join('').length);
});

test('where it is switched off nothing listens, and there is nothing to tell', async () => {
  const { stream, told } = started({ enabled: false });
  stream.accepted([letter(1)]);
  await stream.close();
  expect([stream.status(), told]).toEqual([undefined, []]);
});

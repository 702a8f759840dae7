import { kit } from '../../../src/settings/values.ts';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { tcp } from '../../../src/sources/tcp.ts';

const forever = new AbortController().signal;

test('a device that refuses is named, with what to do', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  const first = next(open('127.0.0.1', port));
  await expect(first).rejects.toThrow(`127.0.0.1:${port}: ECONNREFUSED, nothing listens there: check the port`);
});

test('a name that does not exist is named', async () => {
  await expect(next(open('meter.invalid', 23))).rejects.toThrow(/^meter\.invalid:23: (ENOTFOUND|EAI_AGAIN), /);
});

test('a reader that takes its time holds the other side back, and still gets every byte', async () => {
  // More than the kernel holds for a connection.
  const sent = Buffer.alloc(32_000_000, 'telegram');
  let waiting = () => sent.length;
  const server = createServer((client: Socket) => {
    client.end(sent);
    waiting = () => client.writableLength;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bytes = open('127.0.0.1', (server.address() as AddressInfo).port)[Symbol.asyncIterator]();
  const chunks = [await bytes.next()];
  for (let before = -1; before !== waiting();) {
    before = waiting();
    await wait(100);
  }
  expect(waiting()).toBeGreaterThan(0);
  while (!chunks.at(-1)?.done) chunks.push(await bytes.next());
  const got = Buffer.concat(chunks.flatMap((chunk) => (chunk.done ? [] : [chunk.value])));
  expect(got.equals(sent)).toBe(true);
  server.close();
});

function open(host: string, port: number): AsyncIterable<Uint8Array> {
  return tcp.create(tcp.settings(kit).parse({ host, port })).open(forever);
}

function next(bytes: AsyncIterable<Uint8Array>): Promise<unknown> {
  return bytes[Symbol.asyncIterator]().next();
}

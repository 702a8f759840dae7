import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { events, type Answer } from '../../../../src/web/http/answer.ts';
import { send } from '../../../../src/web/http/sending.ts';
import { until } from '../../../support/service.ts';

let server: Server;
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

/** A server that answers with a stream, and how many of its streams run. */
async function serveStream(source: NonNullable<Answer['events']>): Promise<{ port: number; running: () => number }> {
  let running = 0;
  server = createServer((request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    running += 1;
    void send(events(source), request, response, gone.signal).finally(() => (running -= 1));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, running: () => running };
}

async function open(port: number): Promise<IncomingMessage> {
  const [response] = (await once(get({ port, agent: false }), 'response')) as [IncomingMessage];
  response.on('error', () => undefined);
  return response;
}

const FAT = 'x'.repeat(50_000);

test('a client of a stream that does not read is dropped; others go on', async () => {
  const { port, running } = await serveStream(async (tell, signal) => {
    // Two in a row: the second may come when the first was too much.
    while (!signal.aborted) {
      tell({ name: 'reading', data: FAT });
      tell({ name: 'reading', data: FAT });
      await wait(1);
    }
  });
  const reader = await open(port);
  let read = 0;
  reader.on('data', (chunk: Buffer) => (read += chunk.length));
  const idler = await open(port);
  idler.pause();

  await until(() => running() === 1, 30_000);
  const before = read;
  await until(() => read > before + 1e6, 30_000);
  expect(reader.destroyed).toBe(false);
});

test('a source that fails ends the stream, and nothing else', async () => {
  const { port, running } = await serveStream(async (tell) => {
    tell({ data: 1 });
    await wait(1);
    throw new Error('broken');
  });
  const response = await open(port);
  let text = '';
  response.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(response, 'end');
  expect([text, running()]).toEqual(['data: 1\n\n', 0]);
});

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'vitest';
import { addKey, askWeb, serving, test } from '../support/web.ts';
import { until } from '../support/service.ts';

/** Clients that are many, slow, or gone: they take nothing from the others, nor from delivery. */

const MOST_CLIENTS = 128;

function open(url: string): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  return socket.on('error', () => undefined).resume();
}

test('of 200 clients at once so many are let in as there may be, delivery goes on, and who comes later is served', async ({
  scene,
}) => {
  const { service, url } = await serving(scene);
  const delivered = async (): Promise<number> => (await service.health()).endpoints[0]!.delivered;
  let left = 0;
  const sockets = Array.from({ length: 200 }, () => open(url).on('close', () => (left += 1)));
  await until(() => left >= 200 - MOST_CLIENTS, 10_000);
  expect(left).toBe(200 - MOST_CLIENTS);

  const before = await delivered();
  await until(async () => (await delivered()) > before + 3, 10_000);
  for (const socket of sockets) socket.destroy();
  await until(async () => (await askWeb(url, '/livez').catch(() => undefined))?.status === 200, 10_000);
});

test('200 questions at once are each answered or turned away whole, none by a fault', async ({ scene }) => {
  const { service, url } = await serving(scene);
  const key = addKey(service.stateDir, 'all', ['usage:read', 'status:read']);
  const paths = ['/metrics', '/status/data.json', '/edge/v1/live', '/edge/v1/meters', '/livez'];
  const asked = Array.from({ length: 200 }, async (_, n) => {
    const headers = { 'x-authkey': key };
    return askWeb(url, paths[n % paths.length]!, { headers, patienceMs: 30_000 }).then(
      ({ status }) => status,
      // Turned away as it connected.
      () => 0,
    );
  });
  const statuses = await Promise.all(asked);
  expect([...new Set(statuses)].filter((status) => ![0, 200, 503].includes(status))).toEqual([]);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(20);
  expect((await askWeb(url, '/edge/v1/live', { headers: { 'x-authkey': key } })).status).toBe(200);
  expect(service.lines.filter((line) => line.includes('web: a request failed'))).toEqual([]);
});

test('who sends its head or its body letter by letter is dropped, as is who sends nothing; others are served meanwhile', async ({
  scene,
}) => {
  const { service, url } = await serving(scene);
  const key = addKey(service.stateDir, 'root', ['admin']);
  const head = `POST /edge/v1/keys HTTP/1.1\r\nHost: localhost\r\nX-AUTHKEY: ${key}\r\nContent-Type: application/json\r\n`;
  const slow = [`${head}Content-Length: 5000\r\n\r\n`, `${head}X-Long: `, 'GET /', ''].map((text) => {
    const socket = open(url);
    socket.write(text);
    return socket;
  });
  const trickle = setInterval(() => slow.slice(0, 3).forEach((socket) => socket.writable && socket.write('a')), 200);
  const closed = slow.map((socket) => once(socket, 'close'));
  expect((await askWeb(url, '/livez')).status).toBe(200);
  await Promise.all(closed);
  clearInterval(trickle);
  expect((await askWeb(url, '/livez')).status).toBe(200);
});

test('who goes while its answer is made, or takes it very slowly, leaves nothing behind', async ({ scene }) => {
  const { service, url } = await serving(scene);
  const key = addKey(service.stateDir, 'all', ['usage:read', 'telegrams:read', 'sessions:read']);
  for (let n = 0; n < 50; n++) {
    const socket = open(url);
    socket.write(`GET /edge/v1/telegrams HTTP/1.1\r\nHost: localhost\r\nX-AUTHKEY: ${key}\r\n\r\n`);
    if (n % 2 === 0) setImmediate(() => socket.destroy());
    else setTimeout(() => socket.destroy(), 5);
  }
  const streams = Array.from({ length: 10 }, () => {
    const socket = open(url);
    socket.write(
      `GET /edge/v1/live HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nX-AUTHKEY: ${key}\r\n\r\n`,
    );
    return socket;
  });
  await Promise.all(streams.map((stream) => once(stream, 'data')));
  streams.forEach((stream) => stream.resetAndDestroy());
  const running = async (): Promise<number> => {
    const answer = await askWeb(url, '/edge/v1/sessions?kind=sse&status=running', { headers: { 'x-authkey': key } });
    return (answer.json() as { data: unknown[] }).data.length;
  };
  await until(async () => (await running()) === 0, 10_000);
  expect(service.lines.filter((line) => line.includes('web: ') && !line.includes('listening'))).toEqual([]);
});

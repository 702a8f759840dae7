import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { expect } from 'vitest';
import { until } from '../../support/service.ts';
import { addKey, askWeb, serving, test, webUrl } from '../../support/web.ts';

test('an address that is taken is told once, and had as soon as it is free; telegrams go on meanwhile', async ({
  scene,
}) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const listen = `127.0.0.1:${port}`;
  const server = await scene.server();
  const endpoints = [{ name: 'home', type: 'dsmr-v1', url: server.url, key: server.key }];
  const source = { type: 'simulator', interval: '100ms' };
  const service = await scene.service({ config: { source, endpoints, http: { enabled: true, listen } } });

  await until(() => server.rows.length >= 30, 20_000);
  other.close();
  const url = await webUrl(service);
  expect(url).toBe(`http://${listen}`);
  expect((await askWeb(url, '/readyz')).status).toBe(200);
  const told = service.lines.filter((line) => line.includes('web: '));
  expect(told).toEqual([
    expect.stringContaining(`web: cannot listen on ${listen}: another program listens there`),
    expect.stringContaining(`web: listening on ${url}`),
  ]);
});

test('without a word about it the page is there, for this machine alone; a second service only says that the port is taken', async ({
  scene,
}) => {
  const config = { source: { type: 'simulator', interval: '100ms' }, endpoints: [], http: {} };
  const told = (lines: readonly string[]): string | undefined => lines.find((line) => line.includes(' web: '));
  const first = await scene.service({ config });
  await until(() => told(first.lines) !== undefined, 10_000);
  const second = await scene.service({ config });
  await until(() => told(second.lines) !== undefined, 10_000);

  // Another program of this machine may have had the port before both of them.
  expect([told(first.lines), told(second.lines)]).toContainEqual(
    expect.stringContaining('WARN  web: cannot listen on 127.0.0.1:8011: another program listens there'),
  );
  for (const service of [first, second])
    await until(async () => (await service.health()).sources[0]!.accepted > 3, 10_000);
});

test('a stop does not wait for streams', async ({ scene }) => {
  const { service, url } = await serving(scene);
  const stream = openStream(url, addKey(service.stateDir, 'page', ['usage:read']));
  await once(stream, 'data');
  const closed = once(stream, 'close');

  expect(await service.stop()).toBe(0);
  await closed;
  expect(service.lines.at(-1)).toContain('stopped');
});

test('whoever opens more streams than there may be is sent away, and nobody else', async ({ scene }) => {
  const { service, url } = await serving(scene);
  const key = addKey(service.stateDir, 'page', ['usage:read']);
  const streams = Array.from({ length: 32 }, () => openStream(url, key));
  await Promise.all(streams.map((stream) => once(stream, 'data')));

  const late = await askWeb(url, '/edge/v1/live', { headers: { 'x-authkey': key, accept: 'text/event-stream' } });
  expect([late.status, late.headers['retry-after']]).toEqual([503, '30']);
  expect((await askWeb(url, '/edge/v1/live', { headers: { 'x-authkey': key } })).status).toBe(200);
  streams.forEach((stream) => stream.destroy());
});

test('with a certificate it is https, and the cookie of a login is for https alone', async ({ scene }) => {
  const folder = await scene.folder();
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=localhost', '-days', '2', '-newkey', 'rsa:2048', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const { service, url } = await serving(scene, { tls: { cert, key } });
  const password = addKey(service.stateDir, 'phone', ['usage:read']);
  const body = `username=phone&password=${password}`;

  expect(url).toMatch(/^https:/);
  const socket = connectTls({
    port: Number(new URL(url).port),
    host: '127.0.0.1',
    ca: readFileSync(cert),
    servername: 'localhost',
  });
  await once(socket, 'secureConnect');
  socket.write(
    `POST /edge/v1/login HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(socket, 'close');
  expect(text).toMatch(/^HTTP\/1\.1 303 /);
  expect(text).toMatch(/set-cookie: .*; HttpOnly; SameSite=Strict; Secure/i);
});

function openStream(url: string, key: string): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(
    `GET /edge/v1/live HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nX-AUTHKEY: ${key}\r\n\r\n`,
  );
  return socket;
}

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { networkInterfaces } from 'node:os';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { HttpConfig } from '../../../../src/config/http.ts';
import { serve } from '../../../../src/web/http/server.ts';
import { temporaryFolder } from '../../../support/journal.ts';
import { until } from '../../../support/service.ts';

const HTTP: HttpConfig = {
  ...{ enabled: true, host: '127.0.0.1', port: 0, tls: undefined },
  ...{ allowCidrs: [], anonymous: [], allowedHosts: [], keepDenialsMs: 0 },
};
const CHECK_MS = 60_000;

const stop: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const one of stop.splice(0)) await one();
});

/** A server that says hello. @returns its port. */
async function start(more: Partial<HttpConfig>, told: string[] = []): Promise<number> {
  const ended = new AbortController();
  let url = '';
  const serving = serve({
    http: { ...HTTP, ...more },
    handle: (_, response) => response.end('hello'),
    upgrade: (_, socket) => socket.destroy(),
    events: {
      listening: (at) => (url = at),
      unavailable: (reason) => expect.fail(reason),
      renewed: () => told.push('renewed'),
      notRenewed: (reason) => told.push(reason),
    },
    signal: ended.signal,
  });
  stop.push(async () => {
    ended.abort();
    await serving;
  });
  await until(() => url !== '', 5_000);
  return Number(new URL(url).port);
}

/** Makes a certificate for localhost, and writes it where one may be already. @returns its text. */
function makeCertificate(folder: string, name: string): { cert: string; key: string } {
  const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  const subject = ['-subj', `/CN=localhost/O=${name}`, '-addext', 'subjectAltName=DNS:localhost', '-days', '2'];
  const args = ['req', '-x509', ...subject, '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert];
  execFileSync('openssl', args, { stdio: 'ignore' });
  return { cert, key };
}

/** Asks over TLS, checking the certificate. @returns who is named in it. */
async function organisationAt(port: number, ca: string): Promise<string> {
  const asked = request({ port, host: '127.0.0.1', servername: 'localhost', ca: readFileSync(ca), agent: false });
  asked.end();
  const [response] = (await once(asked, 'response')) as [NodeJS.ReadableStream & { socket: TLSSocket }];
  const { subject }: PeerCertificate = response.socket.getPeerCertificate();
  response.resume();
  await once(response, 'end');
  return String(subject.O);
}

test('a certificate that is renewed serves from the next look on, whoever is connected; a broken one does not', async () => {
  const folder = temporaryFolder();
  const [first, second] = [makeCertificate(folder, 'first'), makeCertificate(folder, 'second')];
  const tls = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const put = (one: { cert: string; key: string }): void => {
    writeFileSync(tls.key, readFileSync(one.key));
    writeFileSync(tls.cert, readFileSync(one.cert));
  };
  put(first);
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const told: string[] = [];
  const port = await start({ tls }, told);
  expect(await organisationAt(port, first.cert)).toBe('first');

  writeFileSync(tls.cert, readFileSync(second.cert).subarray(0, 300));
  vi.advanceTimersByTime(CHECK_MS);
  expect(await organisationAt(port, first.cert)).toBe('first');

  put(second);
  vi.advanceTimersByTime(CHECK_MS);
  expect(await organisationAt(port, second.cert)).toBe('second');
  await expect(organisationAt(port, first.cert)).rejects.toThrow(/certificate/);
  expect(told).toEqual([`http.tls.cert: ${tls.cert} holds none, expected a certificate as PEM`, 'renewed']);
});

/** The first address of this machine that others could reach. */
function outerAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
}

/** What comes of a connection: an answer, or none. */
async function ask(host: string, port: number): Promise<string> {
  const socket: Socket = connect(port, host);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.on('error', () => undefined);
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  await once(socket, 'close');
  return text.split('\r\n')[0] ?? '';
}

describe('allowCidrs', () => {
  test('lets in this machine itself, whatever it names', async () => {
    expect(await ask('127.0.0.1', await start({ allowCidrs: ['198.51.100.0/24'] }))).toBe('HTTP/1.1 200 OK');
  });

  // A builder may have no network at all: nothing is left to prove there.
  const outer = outerAddress();
  if (outer === undefined)
    console.warn('allowCidrs for others: left out, this machine has no address beside 127.0.0.1');
  else
    test('lets in its networks, and nobody else', async () => {
      const other = await start({ host: '0.0.0.0', allowCidrs: ['198.51.100.0/24'] });
      const own = await start({ host: '0.0.0.0', allowCidrs: ['198.51.100.0/24', `${outer}/32`] });
      expect(await ask(outer, other)).toBe('');
      expect(await ask(outer, own)).toBe('HTTP/1.1 200 OK');
    });
});

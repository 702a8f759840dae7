import { request, type IncomingHttpHeaders } from 'node:http';
import { startDsmrReader, type DsmrReader } from './dsmr-reader.ts';
import { test as sceneTest, type Scene } from './scene.ts';
import { KeyFile } from '../../src/web/access/key-file.ts';
import { makeKey, type KeyWish } from '../../src/web/access/key.ts';
import type { Scope } from '../../src/web/access/scopes.ts';
import { startService, until, type Service } from './service.ts';

/** An answer, whole. */
export interface WebAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** @throws where it is no JSON. */
  json(): unknown;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
  /** How long the answer may take. */
  readonly patienceMs?: number;
}

/** Settings for a service that serves on a port that is free. */
export const HTTP = { enabled: true, listen: '127.0.0.1:0' };

/** The address of the service's page and API, once it says that it listens. */
export async function webUrl(service: Service): Promise<string> {
  const found = (): string | undefined =>
    service.lines.flatMap((line) => / web: listening on (\S+)/.exec(line)?.[1] ?? []).at(-1);
  await until(() => found() !== undefined, 20_000);
  return found() ?? '';
}

/** One request over a connection of its own; headers go as they are, `Host` too. */
export async function askWeb(
  base: string,
  path: string,
  { method = 'GET', headers: own, body = '', patienceMs = 10_000 }: Asking = {},
): Promise<WebAnswer> {
  const { hostname, port } = new URL(base);
  // Of a GET node would send the body without saying that there is one.
  const headers = body === '' ? own : { ...own, 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const options = { hostname: hostname.replaceAll(/[[\]]/g, ''), port, path, method, headers, agent: false };
    const asked = request({ ...options, timeout: patienceMs }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString();
        const json = (): unknown => JSON.parse(text);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
      });
    });
    asked.once('error', reject);
    asked.once('timeout', () => asked.destroy(new Error(`${method} ${path}: no answer in time`)));
    asked.end(body);
  });
}

/** Makes a key, as the command does. @returns its text. */
export function addKey(stateDir: string, name: string, scopes: readonly Scope[], more: Partial<KeyWish> = {}): string {
  const { key, text } = makeKey({ name, scopes, expires: undefined, cidrs: [], meters: [], ...more }, new Date());
  new KeyFile(stateDir).change((all) => [...all, key]);
  return text;
}

export function bearer(key: string): { headers: Record<string, string> } {
  return { headers: { authorization: `Bearer ${key}` } };
}

export function jsonBody(value: unknown): Asking {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

export interface Serving {
  readonly service: Service;
  /** The address of its page and API. */
  readonly url: string;
}

/** The service with a house that prints, a server that takes it all, and page and API on a free port. */
export async function serving(
  scene: Scene,
  http: Record<string, unknown> = {},
  more: Record<string, unknown> = {},
): Promise<Serving> {
  const server = await scene.server();
  const service = await scene.service({ config: { ...configFor(server, http), ...more } });
  return { service, url: await webUrl(service) };
}

function configFor(server: DsmrReader, http: Record<string, unknown>): Record<string, unknown> {
  const endpoints = [{ name: 'home', type: 'dsmr-v1', source: 'house', url: server.url, key: server.key }];
  const source = { type: 'simulator', name: 'house', interval: '200ms' };
  return { source, endpoints, http: { ...HTTP, ...http } };
}

/** Tests that share one service, which none of them changes for another. */
export const test = sceneTest.extend<{ house: Serving }>({
  house: [
    async ({}, use) => {
      const server = await startDsmrReader({ key: 'key-of-the-shared-server' });
      const service = await startService({ config: configFor(server, {}) });
      const url = await webUrl(service);
      await until(async () => (await service.health()).sources[0]!.accepted > 0, 10_000);
      await use({ service, url });
      await service.end();
      await server.stop();
    },
    { scope: 'file' },
  ],
});

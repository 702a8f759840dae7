import { request, type IncomingHttpHeaders } from 'node:http';
import { KeyFile } from '../../src/web/access/key-file.ts';
import { makeKey, type KeyWish } from '../../src/web/access/key.ts';
import type { Scope } from '../../src/web/access/scopes.ts';
import { until, type Service } from './service.ts';

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

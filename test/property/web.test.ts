import fc from 'fast-check';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'vitest';
import { SCOPES } from '../../src/web/access/scopes.ts';
import { until } from '../support/service.ts';
import { routes } from '../../src/web/routes.ts';
import { addKey, askWeb, bearer, serving, test, type Asking, type WebAnswer } from '../support/web.ts';
import { operationsOf, requests, type OpenApi, type Wild } from '../support/wild-requests.ts';

const SEED = 20_261_121;
const COMPAT = '/api/';
const SLOWEST_MS = 2_000;
/** Requests to each path and method. */
const RUNS = 15;

/** A house, and in the place of a DSMR-reader, which takes posts, too. */
const LIKE_A_DSMR_READER = {
  source: undefined,
  sources: [
    { type: 'ingest', name: 'esp' },
    { type: 'simulator', name: 'house', interval: '200ms' },
  ],
  compat: { dsmrReader: { enabled: true, source: 'house' } },
};

test('whatever is asked, the answer is one: never a fault, never a stack, nothing of another key, in time', async ({
  scene,
}) => {
  const { service, url } = await serving(scene, {}, LIKE_A_DSMR_READER);
  await until(async () => (await service.health()).sources[1]!.accepted > 0, 10_000);
  const other = addKey(service.stateDir, 'somebody-else', ['admin']);
  const each = SCOPES.map((scope) => addKey(service.stateDir, `for-${scope.replace(':', '-')}`, [scope]));
  const all = addKey(
    service.stateDir,
    'all',
    SCOPES.filter((scope) => scope !== 'admin'),
  );
  const few = addKey(service.stateDir, 'few', ['usage:read', 'status:read'], { meters: ['house-gas'] });
  const root = addKey(service.stateDir, 'root', ['admin']);
  const keys = [...each, all, few, root];
  const document = (await askWeb(url, '/edge/v1/openapi.json')).json() as OpenApi;
  const operations = operationsOf(document);
  expect(
    operations.filter(({ path }) => !path.startsWith(COMPAT)).map(({ method, path }) => `${method} ${path}`),
  ).toEqual(expect.arrayContaining(routes.map(({ method, path }) => `${method} ${path}`)));
  expect(new Set(operations.map(({ path }) => path).filter((path) => path.startsWith(COMPAT))).size).toBe(9);

  const given = new Set<string>();
  const seen = new Set<number>();
  for (const operation of operations) {
    const property = fc.asyncProperty(requests(operation, [...keys, all, all, root, root, root]), async (wild) => {
      const beganMs = performance.now();
      const answer = await askWeb(url, wild.path, withoutStream(wild));
      expect(performance.now() - beganMs).toBeLessThan(SLOWEST_MS);
      expectSound(wild, answer, [...keys, other]);
      seen.add(answer.status);
      if (answer.status < 300) given.add(`${operation.method} ${operation.path}`);
    });
    await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true });
  }
  expect(given.size).toBeGreaterThan(operations.length / 2);
  for (const status of [200, 400, 401, 403, 404, 405, 413]) expect(seen, String(status)).toContain(status);
  await refuseFilters(document, url, all);
  expect(service.lines.filter((line) => line.includes('web: a request failed'))).toEqual([]);
  expect((await askWeb(url, '/edge/v1/live', bearer(other))).status).toBe(200);
});

/** A filter that cannot be read is named as a DSMR-reader does it: each parameter with what is wrong with it. */
async function refuseFilters({ paths }: OpenApi, url: string, key: string): Promise<void> {
  const filters = Object.entries(paths).flatMap(([path, { get }]) =>
    path.startsWith(COMPAT) ? (get?.parameters ?? []).map(({ name }) => ({ path, name })) : [],
  );
  const bounds = filters.filter(({ name }) => /__[gl]te$/.test(name));
  expect(bounds).toHaveLength(6);
  const wrong = fc.oneof(
    fc.constantFrom('2026-02-30', '2026-13-01T00:00:00Z', '0'),
    fc.string({ minLength: 1, maxLength: 40 }),
  );
  const property = fc.asyncProperty(fc.constantFrom(...bounds), wrong, async ({ path, name }, value) => {
    const query = new URLSearchParams([[name, value]]).toString();
    const answer = await askWeb(url, `${path}?${query}`, { headers: { 'x-authkey': key } });
    const text = name.startsWith('day') ? 'Enter a valid date.' : 'Enter a valid date/time.';
    expect([answer.status, answer.json()]).toEqual([400, { [name]: [text] }]);
  });
  await fc.assert(property, { seed: SEED, numRuns: 60 });
}

/** A stream does not end, which this test would wait for. */
function withoutStream({ headers, ...rest }: Wild): Asking {
  const accept = headers['accept'] ?? '*/*';
  return { ...rest, headers: { ...headers, accept: accept.includes('event-stream') ? '*/*' : accept } };
}

function expectSound(
  { route, method = '', headers: sent }: Wild,
  { status, headers, text: body }: WebAnswer,
  secrets: readonly string[],
): void {
  const isOfTelegram = route.startsWith(COMPAT) && status === 500 && body === 'Failed to parse telegram';
  expect(isOfTelegram || status === 503 || (status >= 200 && status < 500), `${status} ${body}`).toBe(true);
  expect(body).not.toMatch(/\n +at .+:\d+|node_modules|\/dist\/|\.ts:\d+|SQLITE|TypeError|sha256/);
  // Who may make keys sees their names.
  if (!(route === '/edge/v1/keys' && status < 300)) expect(body).not.toContain('somebody-else');
  for (const secret of secrets.filter((one) => !JSON.stringify(sent).includes(one)))
    expect(body).not.toContain(secret.slice(12));
  expect(headers['x-content-type-options']).toBe('nosniff');
  const type = headers['content-type'] ?? '';
  if (status >= 400 && method !== 'HEAD' && !route.startsWith(COMPAT)) expectProblem(status, type, body);
  const schema = routes.find((one) => one.path === route && one.method === method)?.answer;
  if (status === 200 && type === 'application/json' && schema !== undefined) schema.parse(JSON.parse(body));
}

/** What is wrong is named: the parameter, its value, and what is allowed; or the scope that is missing. */
function expectProblem(status: number, type: string, body: string): void {
  expect(type).toBe('application/problem+json');
  const problem = JSON.parse(body) as Record<string, unknown>;
  expect(problem['status']).toBe(status);
  for (const part of ['type', 'title', 'detail']) expect(problem[part], body).toMatch(/.{10}/);
  if (['invalid-parameter', 'invalid-body'].includes(String(problem['type']).replace(/.*:/, ''))) {
    expect(problem['parameter'], body).toMatch(/./);
    expect(problem['allowed'], body).toMatch(/^expected /);
    expect(problem, body).toHaveProperty('value');
  }
  if (status === 405 || status === 406) expect(problem, body).toHaveProperty('allowed');
}

test('whatever bytes come on a connection, the next one is served', async ({ house: { url } }) => {
  const { port } = new URL(url);
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .tuple(fc.constantFrom('GET', 'POST', 'CONNECT', 'OPTIONS', '*'), fc.string({ unit: 'binary', maxLength: 50 }))
      .map(([method, target]) =>
        Buffer.from(
          `${method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
        ),
      ),
  );
  await fc.assert(
    fc.asyncProperty(bytes, async (sent) => {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => undefined);
      const closed = once(socket, 'close');
      let answer = '';
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
      socket.end(sent);
      await closed;
      expect(answer).toMatch(/^(HTTP\/1\.1 (4\d\d|200|304) |$)/);
    }),
    { seed: SEED, numRuns: 200 },
  );
  expect((await askWeb(url, '/livez')).status).toBe(200);
});

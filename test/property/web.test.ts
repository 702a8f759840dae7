import fc from 'fast-check';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'vitest';
import { SCOPES } from '../../src/web/access/scopes.ts';
import { until } from '../support/service.ts';
import { routes } from '../../src/web/routes.ts';
import { addKey, askWeb, bearer, serving, test, type Asking, type WebAnswer } from '../support/web.ts';

const SEED = 20_261_121;
const COMPAT = '/api/';
const SLOWEST_MS = 2_000;

/** A house, and in the place of a DSMR-reader, which takes posts, too. */
const LIKE_A_DSMR_READER = {
  source: undefined,
  sources: [
    { type: 'ingest', name: 'esp' },
    { type: 'simulator', name: 'house', interval: '200ms' },
  ],
  compat: { dsmrReader: { enabled: true, source: 'house' } },
};

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly schema: {
    readonly enum?: readonly string[];
    readonly maximum?: number;
    readonly examples?: readonly string[];
  };
}

interface Operation {
  readonly parameters: readonly Parameter[];
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** A request as anybody might make it. */
interface Wild extends Asking {
  readonly route: string;
  readonly path: string;
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1e999',
    'null',
    '__proto__',
    'constructor',
    '../../etc/passwd',
    '%00',
    "' OR 1=1 --",
    '2026-02-30',
    'NaN',
  ),
  fc.nat().map(String),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
);
const headerText = fc.string({ unit: fc.constantFrom(...Array.from('abcZ09 ,;=*/.-:"_')), maxLength: 60 });

function valueOf({ schema: { enum: words = [], maximum = 9, examples = [] } }: Parameter): fc.Arbitrary<string> {
  const usual = [...words, ...examples, '1', String(maximum)];
  return fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: text });
}

function requests({ paths }: OpenApi, keys: readonly string[]): fc.Arbitrary<Wild> {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const secret = fc.oneof(fc.constantFrom(...keys), headerText);
  const credentials = fc.oneof(
    fc.constant({}),
    fc
      .tuple(fc.constantFrom('Bearer', 'Token', 'Basic', 'Digest', ''), secret)
      .map(([scheme, word]) => ({ authorization: `${scheme} ${word}` })),
    secret.map((word) => ({ 'x-authkey': word })),
    secret.map((word) => ({ cookie: `p1_relay_session=${word}` })),
  );
  const others = fc.dictionary(
    fc.constantFrom(
      'accept',
      'if-none-match',
      'content-type',
      'range',
      'origin',
      'x-forwarded-for',
      'te',
      'user-agent',
    ),
    fc.oneof(headerText, fc.constantFrom('text/csv', 'application/json', 'application/x-www-form-urlencoded', '*/*')),
    { maxKeys: 3 },
  );
  const body = fc.oneof(fc.constant(''), fc.json({ maxDepth: 3 }), text, fc.constant('x'.repeat(66_000)));
  return fc.constantFrom(...operations).chain(({ path, method, operation }) =>
    fc.record({
      route: fc.constant(path),
      method: fc.oneof(
        { weight: 6, arbitrary: fc.constant(method) },
        fc.constantFrom('POST', 'DELETE', 'PUT', 'HEAD', 'PATCH'),
      ),
      path: pathOf(path, operation.parameters),
      headers: fc.tuple(credentials, others).map(([one, other]) => ({ ...other, ...one })),
      body: fc.oneof({ weight: 3, arbitrary: fc.constant('') }, body),
    }),
  );
}

function pathOf(path: string, parameters: readonly Parameter[]): fc.Arbitrary<string> {
  const chosen = parameters.map((one) =>
    fc.tuple(fc.constant(one), fc.option(valueOf(one), { freq: one.in === 'path' ? 1_000_000 : 2 })),
  );
  const more = fc.array(fc.tuple(text, text), { maxLength: 1 });
  return fc.tuple(fc.tuple(...chosen), more).map(([given, extra]) => {
    const query = new URLSearchParams(extra);
    let filled = path;
    for (const [{ name, in: place }, value] of given) {
      if (place === 'path') filled = filled.replace(`{${name}}`, encodeURIComponent(value ?? '1'));
      else if (value !== null) query.append(name, value);
    }
    return query.size === 0 ? filled : `${filled}?${query.toString()}`;
  });
}

test('whatever is asked, the answer is one: never a fault, never a stack, nothing of another key, in time', async ({
  scene,
}) => {
  const { service, url } = await serving(scene, {}, LIKE_A_DSMR_READER);
  await until(async () => (await service.health()).sources[1]!.accepted > 0, 10_000);
  const all = addKey(
    service.stateDir,
    'all',
    SCOPES.filter((scope) => scope !== 'admin'),
  );
  const other = addKey(service.stateDir, 'somebody-else', ['admin']);
  const little = addKey(service.stateDir, 'little', ['sessions:read']);
  const document = (await askWeb(url, '/edge/v1/openapi.json')).json() as OpenApi;
  expect(Object.keys(document.paths).length).toBeGreaterThan(10);
  expect(Object.keys(document.paths).filter((path) => path.startsWith(COMPAT))).toHaveLength(9);

  let given = 0;
  await fc.assert(
    fc.asyncProperty(requests(document, [all, little]), async (wild) => {
      const beganMs = performance.now();
      const answer = await askWeb(url, wild.path, withoutStream(wild));
      expect(performance.now() - beganMs).toBeLessThan(SLOWEST_MS);
      expectSound(wild, answer, [all, other, little]);
      given += Number(answer.status === 200);
    }),
    { seed: SEED, numRuns: 600, endOnFailure: true },
  );
  expect(given).toBeGreaterThan(50);
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
function withoutStream({ headers = {}, ...rest }: Wild): Asking {
  const accept = String(headers['accept'] ?? '*/*');
  return { ...rest, headers: { ...headers, accept: accept.includes('event-stream') ? '*/*' : accept } };
}

function expectSound(
  { route, method }: Wild,
  { status, headers, text: body }: WebAnswer,
  secrets: readonly string[],
): void {
  const isOfTelegram = route.startsWith(COMPAT) && status === 500 && body === 'Failed to parse telegram';
  expect(isOfTelegram || status === 503 || (status >= 200 && status < 500), `${status} ${body}`).toBe(true);
  expect(body).not.toMatch(/\n +at .+:\d+|node_modules|\/dist\/|\.ts:\d+|SQLITE|TypeError|somebody-else|sha256/);
  for (const secret of secrets) expect(body).not.toContain(secret.slice(12));
  expect(headers['x-content-type-options']).toBe('nosniff');
  const type = headers['content-type'] ?? '';
  if (status >= 400 && method !== 'HEAD' && type.includes('problem')) {
    expect(JSON.parse(body)).toMatchObject({ status });
  }
  const schema = routes.find((one) => one.path === route && one.method === method)?.answer;
  if (status === 200 && type === 'application/json' && schema !== undefined) schema.parse(JSON.parse(body));
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

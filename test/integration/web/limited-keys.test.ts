import fc from 'fast-check';
import { beforeAll, afterAll, describe, expect, test } from 'vitest';
import type { Scope } from '../../../src/web/access/scopes.ts';
import { startDsmrReader, type DsmrReader } from '../../support/dsmr-reader.ts';
import { startService, until, type Service } from '../../support/service.ts';
import { addKey, askWeb, bearer, HTTP, jsonBody, webUrl, type Asking } from '../../support/web.ts';
import { operationsOf, requests, type OpenApi } from '../../support/wild-requests.ts';

/** Two houses with gas, each with its endpoint, and keys for the meters of one. */

const SCOPES: readonly Scope[] = [
  'status:read',
  'usage:read',
  'telegrams:read',
  'sessions:read',
  'denials:read',
  'ingest:write',
  'replay:write',
];
const PERIOD = 'from=2024-12-31T00:00:00Z&to=2025-01-02T00:00:00Z';
const DATE = 'date=2025-01-01T12:00:00Z';
const SERIES = 'start=2024-12-31&end=2025-01-02';
const TELEGRAMS = 400;

let servers: DsmrReader[];
let service: Service;
let url: string;
/** For both meters of the house `south`, for its electricity alone, for its gas alone, and for all. */
let south: string;
let power: string;
let gas: string;
let all: string;

const ask = async (key: string, path: string, more: Asking = {}) =>
  askWeb(url, path, { ...more, headers: { ...more.headers, ...bearer(key).headers } });
const json = async <T>(key: string, path: string): Promise<T> => (await ask(key, path)).json() as T;

beforeAll(async () => {
  servers = await Promise.all(['north', 'south'].map(async (name) => startDsmrReader({ key: `key-of-${name}` })));
  const [atNorth, atSouth] = servers as [DsmrReader, DsmrReader];
  const house = { type: 'simulator', interval: 0, telegrams: TELEGRAMS };
  const config = {
    sources: [
      { ...house, name: 'north', seed: 3 },
      { ...house, name: 'south', seed: 4 },
      { type: 'ingest', name: 'west' },
    ],
    endpoints: [
      { name: 'to-north', type: 'dsmr-v1', source: 'north', url: atNorth.url, key: atNorth.key, rate: 'off' },
      { name: 'to-south', type: 'dsmr-v1', source: 'south', url: atSouth.url, key: atSouth.key, rate: 'off' },
    ],
    http: HTTP,
    compat: { dsmrReader: { enabled: true, source: 'north' } },
  };
  service = await startService({ config });
  url = await webUrl(service);
  south = addKey(service.stateDir, 'tenant', SCOPES, { meters: ['south', 'south-gas'] });
  power = addKey(service.stateDir, 'power', SCOPES, { meters: ['south'] });
  gas = addKey(service.stateDir, 'gas', SCOPES, { meters: ['south-gas'] });
  all = addKey(service.stateDir, 'all', SCOPES);
  await until(async () => (await json<unknown[]>(all, `/edge/v1/records?per_page=50`)).length >= 14, 30_000);
}, 60_000);

afterAll(async () => {
  await service.end();
  await Promise.all(servers.map(async (server) => server.stop()));
});

/** Everything that can be asked for without naming a meter. */
const ASKED = [
  '/edge/v1/records',
  `/edge/v1/usage?${PERIOD}&resolution=minutes`,
  `/edge/v1/usage?${PERIOD}&resolution=hours&split=meter`,
  `/edge/v1/usage?${PERIOD}&resolution=hours&medium=gas`,
  `/edge/v1/aggregate/usage?${DATE}`,
  `/edge/v1/aggregate/usage?${DATE}&marker=meter`,
  `/edge/v1/aggregate/usage/meters?${DATE}`,
  `/edge/v1/series/usage?${SERIES}`,
  `/edge/v1/series/usage?${SERIES}&marker=meter&markerValue=north`,
  '/edge/v1/markers?key=meter',
  '/edge/v1/meters',
  `/edge/v1/gaps?${PERIOD}`,
  '/edge/v1/live',
  '/edge/v1/telegrams?from=1d&redact=1',
  '/edge/v1/endpoints',
  '/edge/v1/denials',
  '/edge/v1/sessions',
  '/edge/v1/permissions',
  '/status/data.json',
  '/status/index.html',
  '/metrics',
  '/healthz',
];

describe('a key for the meters of one house', () => {
  test.each(ASKED)('sees nothing of the other one: %s', async (path) => {
    const [seen, whole] = [await ask(south, path), await ask(all, path)];
    expect([seen.status, whole.status]).toEqual([200, 200]);
    expect(seen.text).not.toMatch(/north/);
    for (const { port } of servers.slice(0, 1).map((server) => new URL(server.url)))
      expect(seen.text).not.toContain(port);
  });

  test.each([
    ['/edge/v1/meters/north', 404],
    ['/edge/v1/meters/north-gas/registers', 404],
    [`/edge/v1/usage?${PERIOD}&resolution=hours&meter=north`, 404],
    [`/edge/v1/aggregate/usage/meters/north?${DATE}`, 404],
    [`/edge/v1/series/usage/meters/north?${SERIES}`, 404],
    ['/edge/v1/records?meter=north', 404],
    [`/edge/v1/gaps?meter=north`, 404],
    ['/edge/v1/live?meter=north', 404],
    ['/edge/v1/telegrams?meter=north', 404],
    ['/edge/v1/telegrams/latest?meter=north', 404],
    ['/edge/v1/replay/to-north', 404],
    ['/api/v2/statistics/day', 403],
    ['/api/v2/datalogger/dsmrreading', 403],
    ['/api/v2/consumption/electricity-live', 403],
    ['/api/v2/application/monitoring', 403],
  ])('is refused what is of the other one alone: %s', async (path, status) => {
    const own = { headers: { 'x-authkey': south } };
    const answer = path.startsWith('/api/') ? await askWeb(url, path, own) : await ask(south, path);
    expect(answer.status).toBe(status);
    expect(answer.text).not.toMatch(/expected one of [^"]*north/);
  });

  test('has sums, records and readings of its house alone', async () => {
    interface Point {
      readonly import: number;
    }
    const usage = `/edge/v1/usage?${PERIOD}&resolution=hours`;
    const ofHouse = await json<{ data: Point[] }>(all, `${usage}&meter=south`);
    const ofAll = await json<{ data: Point[] }>(all, usage);
    const seen = await json<{ data: Point[] }>(south, usage);
    expect(seen.data.map((point) => point.import)).toEqual(ofHouse.data.map((point) => point.import));
    expect(seen.data.map((point) => point.import)).not.toEqual(ofAll.data.map((point) => point.import));

    const records = await json<{ id: number; meter: string }[]>(south, '/edge/v1/records?per_page=2&page=2');
    const wanted = (await json<{ id: number; meter: string }[]>(all, '/edge/v1/records?per_page=100')).filter(
      ({ meter }) => ['south', 'south-gas'].includes(meter),
    );
    expect(records).toEqual(wanted.slice(2, 4));

    const { data } = await json<{ data: { id: string }[] }>(south, '/edge/v1/meters');
    expect(data.map(({ id }) => id).toSorted()).toEqual(['south', 'south-gas']);
    expect(await json(south, '/edge/v1/permissions')).toMatchObject({ user: 'tenant', meters: ['south', 'south-gas'] });
    const telegrams = await json<{ data: { source: string }[] }>(south, '/edge/v1/telegrams?from=1d&limit=1000');
    expect(telegrams.data.map(({ source }) => source)).toEqual(Array.from({ length: TELEGRAMS }, () => 'south'));
    expect((await ask(south, '/edge/v1/telegrams/latest')).status).toBe(200);
  });

  test('posts nothing for a source whose meter it has not, and replays nothing to its endpoint', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'x-authkey': south };
    const post = { method: 'POST', headers: form, body: 'telegram=x' };
    expect((await askWeb(url, '/api/v1/datalogger/dsmrreading', post)).status).toBe(403);
    const replay = (endpoint: string) => jsonBody({ endpoint, from: '1d', dry_run: true });
    expect((await ask(south, '/edge/v1/replay', replay('to-north'))).status).toBe(404);
    expect((await ask(south, '/edge/v1/replay', replay('to-south'))).status).toBe(200);
  });

  test('sees sessions of its own and of its house, none of another key', async () => {
    for (const [user, password] of [
      ['tenant', south],
      ['all', all],
    ] as const)
      expect((await askWeb(url, '/edge/v1/login', jsonBody({ username: user, password }))).status).toBe(200);
    const { data } = await json<{ data: { kind: string; user: string | null; client: string }[] }>(
      south,
      '/edge/v1/sessions',
    );
    expect(data.filter(({ kind }) => kind === 'login').map(({ user }) => user)).toEqual(['tenant']);
    const others = data.filter(({ kind }) => kind !== 'login').map(({ client }) => client);
    expect(others.toSorted()).toEqual(['south', 'to-south']);
  });
});

test('a key for the electricity of a house sees neither its gas nor telegrams that tell it', async () => {
  const { data } = await json<{ data: { devices: unknown[]; import_wh: number }[] }>(power, '/edge/v1/live');
  expect(data).toMatchObject([{ meter: 'south', devices: [] }]);
  expect(data[0]!.import_wh).toBeGreaterThan(0);
  expect(await json(power, '/edge/v1/telegrams?from=1d')).toMatchObject({ data: [] });
  expect((await ask(power, '/edge/v1/telegrams/latest')).status).toBe(404);
  for (let id = 1; id < 10; id++) expect((await ask(power, `/edge/v1/telegrams/${id}`)).status).toBe(404);
  expect((await ask(power, '/metrics')).text).not.toMatch(/cubic|south-gas/);
});

test('a key for the gas of a house sees nothing of its electricity', async () => {
  const { data } = await json<{ data: { devices: { medium: string }[] }[] }>(gas, '/edge/v1/live');
  expect(data).toMatchObject([{ import_w: null, import_wh: null, tariff: null, tariffs: [], phases: [] }]);
  expect(data[0]!.devices.map(({ medium }) => medium)).toEqual(['gas']);
  const { data: meters } = await json<{ data: { id: string }[] }>(gas, '/edge/v1/meters');
  expect(meters.map(({ id }) => id)).toEqual(['south-gas']);
  expect(await json(gas, '/edge/v1/telegrams?from=1d')).toMatchObject({ data: [] });
  expect((await ask(gas, '/metrics')).text).not.toMatch(/joules|watts|volts/);
  const electricity = await json<{ data: unknown[] }>(gas, `/edge/v1/usage?${PERIOD}&resolution=hours`);
  expect(electricity.data).toEqual([]);
});

test('a key for meters is no admin, whoever makes it', async () => {
  const admin = addKey(service.stateDir, 'root', ['admin']);
  const make = (scopes: Scope[]) => ask(admin, '/edge/v1/keys', jsonBody({ name: 'new', scopes, meters: ['south'] }));
  const refused = await make(['admin']);
  expect([refused.status, refused.json()]).toMatchObject([400, { parameter: 'meters' }]);
  const made = await make(['usage:read']);
  expect([made.status, made.json()]).toMatchObject([201, { meters: ['south'] }]);
  const { key } = made.json() as { key: string };
  expect(await json(key, '/edge/v1/permissions')).toMatchObject({ meters: ['south'] });
});

test('whatever a key for the meters of one house asks for, nothing of the other one comes back', async () => {
  const document = (await askWeb(url, '/edge/v1/openapi.json')).json() as OpenApi;
  for (const operation of operationsOf(document)) {
    const property = fc.asyncProperty(requests(operation, [south, power, gas]), async ({ path, headers, ...wild }) => {
      const accept = headers['accept']?.includes('event-stream') === true ? '*/*' : (headers['accept'] ?? '*/*');
      const { text } = await askWeb(url, path, { ...wild, headers: { ...headers, accept } });
      // What was asked for by name may be named in the refusal.
      if (!/north/.test(`${path}${wild.body}`)) expect(text, path).not.toMatch(/north/);
    });
    await fc.assert(property, { seed: 20_261_121, numRuns: 8, endOnFailure: true });
  }
}, 60_000);

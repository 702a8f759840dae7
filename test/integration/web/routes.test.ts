import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect } from 'vitest';
import { until } from '../../support/service.ts';
import { addKey, askWeb, bearer, jsonBody, test, type Serving } from '../../support/web.ts';

const ALL = ['status:read', 'usage:read', 'telegrams:read', 'sessions:read', 'denials:read'] as const;

function keyOf({ service }: Serving): { headers: Record<string, string> } {
  return bearer(addKey(service.stateDir, 'reader', ALL));
}

describe('live', () => {
  test('is the newest reading, in whole units and without a number of the meter', async ({ house }) => {
    const answer = await askWeb(house.url, '/edge/v1/live', keyOf(house));
    const { data } = answer.json() as { data: Record<string, unknown>[] };

    expect(data).toHaveLength(1);
    const [reading] = data;
    expect(reading).toMatchObject({ meter: 'house', devices: [{ medium: 'gas', unit: 'dm3' }] });
    expect(reading!['tariffs']).toHaveLength(2);
    expect(reading!['phases']).toHaveLength(3);
    const tariffs = reading!['tariffs'] as { import_wh: number }[];
    expect(reading!['import_wh']).toBe(tariffs.reduce((sum, { import_wh }) => sum + import_wh, 0));
    expect(answer.text).not.toMatch(/[0-9A-F]{20}/i);
  });

  test('comes as events while a client stays, with the cookie of a login; a session says so', async ({ house }) => {
    const { url } = house;
    const key = keyOf(house);
    const password = addKey(house.service.stateDir, 'page', ['usage:read']);
    const login = await askWeb(url, '/edge/v1/login', jsonBody({ username: 'page', password }));
    const { token } = (login.json() as { data: { token: string } }).data;
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(`GET /edge/v1/live HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n`);
    socket.write(`Cookie: p1_relay_session=${token}\r\n\r\n`);
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await until(() => (text.match(/^event: reading$/gm) ?? []).length >= 3, 10_000);

    const sessions = async () => {
      const { data } = (await askWeb(url, '/edge/v1/sessions?kind=sse', key)).json() as { data: { status: string }[] };
      return data.map(({ status }) => status);
    };
    expect(text).toContain('text/event-stream');
    expect(await sessions()).toEqual(['running']);
    socket.destroy();
    await until(async () => (await sessions())[0] === 'finished', 5_000);
  });

  test('ends when the key of its client does', async ({ house }) => {
    const { url, service } = house;
    const key = bearer(addKey(service.stateDir, 'brief', ['usage:read'], { expires: new Date(Date.now() + 1_500) }));
    const headers = { ...key.headers, accept: 'text/event-stream' };
    const answer = await askWeb(url, '/edge/v1/live', { headers });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('event: reading');
  });
});

describe('telegrams', () => {
  test('come as the meter printed them, oldest first, a page at a time, each once', async ({ house }) => {
    const key = keyOf(house);
    await until(async () => (await house.service.health()).sources[0]!.accepted >= 8, 10_000);
    const seen: { id: number; telegram: string }[] = [];
    let next: string | null = '/edge/v1/telegrams?limit=3&from=1h';
    for (let pages = 0; next !== null && pages < 3; pages++) {
      const answer = await askWeb(house.url, next, key);
      const page = answer.json() as { data: typeof seen; nextPage: string | null };
      expect(page.data.length).toBeLessThanOrEqual(3);
      seen.push(...page.data);
      next = page.nextPage;
    }
    const ids = seen.map(({ id }) => id);
    expect(ids.slice(0, 7)).toEqual(Array.from({ length: 7 }, (_, index) => ids[0]! + index));
    for (const { telegram } of seen) expect(telegram).toMatch(/^\/[^]+!\w{4}\r\n$/);
    const one = await askWeb(house.url, `/edge/v1/telegrams/${ids[0]!}`, key);
    expect(one.text).toBe(seen[0]!.telegram);
    expect((await askWeb(house.url, '/edge/v1/telegrams/999999999', key)).status).toBe(404);
  });

  test('can have what identifies the meter taken out', async ({ house }) => {
    const key = keyOf(house);
    const plain = await askWeb(house.url, '/edge/v1/telegrams/latest', key);
    const masked = await askWeb(house.url, '/edge/v1/telegrams/latest?redact=1', key);
    expect(plain.text).toMatch(/^\/SIM5|^\/[A-Za-z]{3}5/);
    expect(plain.text).toMatch(/0-0:96\.1\.1\([0-9A-F]{20,}\)/);
    expect(masked.text).toMatch(/0-0:96\.1\.1\(\*\*\*\)/);
    expect(masked.text).toMatch(/^\/\*\*\*/);
  });
});

describe('a list', () => {
  test('comes as JSON, CSV or NDJSON, as the query or the header says', async ({ house }) => {
    const key = keyOf(house);
    const ask = async (format: string, accept?: string) =>
      askWeb(house.url, `/edge/v1/endpoints${format}`, { headers: { ...key.headers, ...(accept && { accept }) } });
    const [json, csv, lines, byHeader, other] = await Promise.all([
      ask(''),
      ask('?format=csv'),
      ask('?format=ndjson'),
      ask('', 'text/csv;q=0.9, application/xml'),
      ask('', 'application/xml'),
    ]);
    expect((json.json() as { data: object[] }).data).toMatchObject([{ name: 'home', type: 'dsmr-v1' }]);
    expect(csv.text.split('\r\n')[0]).toContain('name,type,status');
    expect(csv.text.split('\r\n')[1]).toMatch(/^home,dsmr-v1,/);
    expect(JSON.parse(lines.text)).toMatchObject({ name: 'home' });
    expect(byHeader.headers['content-type']).toMatch(/^text\/csv/);
    expect([other.status, (other.json() as { allowed: string[] }).allowed]).toEqual([
      406,
      ['application/json', 'text/csv', 'application/x-ndjson'],
    ]);
  });

  test('that was not changed is not sent again', async ({ house }) => {
    const first = await askWeb(house.url, '/edge/v1/openapi.json');
    const again = await askWeb(house.url, '/edge/v1/openapi.json', {
      headers: { 'if-none-match': first.headers.etag! },
    });
    expect(first.headers.etag).toMatch(/^".+"$/);
    expect([again.status, again.text]).toEqual([304, '']);
  });

  test('that is long is packed for who takes that, and known again all the same', async ({ house }) => {
    const path = '/edge/v1/openapi.json';
    const plain = await (await fetch(`${house.url}${path}`, { headers: { 'accept-encoding': 'identity' } })).text();
    const ask = async (headers: Record<string, string>) => askWeb(house.url, path, { headers });
    const packed = await fetch(`${house.url}${path}`, { headers: { 'accept-encoding': 'br, gzip;q=0.5' } });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(packed.headers.get('vary')).toContain('Accept-Encoding');
    expect(Number(packed.headers.get('content-length'))).toBeLessThan(plain.length / 4);
    expect(await packed.text()).toBe(plain);
    const tag = packed.headers.get('etag')!;
    expect((await ask({ 'accept-encoding': 'gzip', 'if-none-match': tag })).status).toBe(304);
    for (const encoding of ['identity', 'gzip;q=0', 'x-gzipped'])
      expect((await ask({ 'accept-encoding': encoding })).headers['content-encoding'], encoding).toBeUndefined();
    const short = await askWeb(house.url, '/livez', { headers: { 'accept-encoding': 'gzip' } });
    expect([short.text, short.headers['content-encoding']]).toEqual(['ok\n', undefined]);
  });

  test.for([
    ['/edge/v1/denials?limit=0', 'limit', '0', /from 1 to 1000/],
    ['/edge/v1/denials?kind=telegrams', 'kind', 'telegrams', /telegram, delivery or request/],
    ['/edge/v1/denials?from=yesterday', 'from', 'yesterday', /a time such as/],
    ['/edge/v1/denials?form=1', 'form', '1', /expected none but from, to, kind/],
    ['/edge/v1/denials?limit=1&limit=2', 'limit', '2', /once/],
    ['/edge/v1/telegrams/last', 'id', 'last', /a whole number/],
  ] as const)('says what is wrong with %s', async ([path, parameter, value, allowed], { house }) => {
    const answer = await askWeb(house.url, path, keyOf(house));
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ status: 400, parameter, value });
    expect((answer.json() as { allowed: string }).allowed).toMatch(allowed);
  });
});

test('the status page needs no script, and shows who is known more', async ({ house }) => {
  const key = keyOf(house);
  const [page, data] = await Promise.all(
    ['index.html', 'data.json'].map((name) => askWeb(house.url, `/status/${name}`, key)),
  );
  expect(page!.text).toContain('<td>running*</td>');
  expect(page!.text).toContain('<td>house</td>');
  expect(page!.text).not.toMatch(/<script>|style=|https?:\/\//);
  for (const name of ['status.css', 'status.js']) {
    expect(page!.text).toContain(`/status/${name}`);
    expect((await askWeb(house.url, `/status/${name}`)).status).toBe(200);
  }
  const { servers, meters, queues, sessions } = data!.json() as Record<string, Record<string, unknown>[]>;
  expect(servers).toMatchObject([
    { role: 'agent', coordinator: true, status: 'running' },
    { server_id: 'home', role: 'endpoint', hostname: '127.0.0.1' },
  ]);
  expect(meters).toMatchObject([{ meter_id: 'house', status: 'fresh', dsmr_version: '5.0' }]);
  expect(queues).toMatchObject([{ queue_id: 'home', product: 'dsmr-v1', statistic: { dropped: 0 } }]);
  expect(sessions!.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['source', 'endpoint']));
});

describe('limits', () => {
  test('long addresses, many headers and large bodies are refused by name', async ({ house: { url } }) => {
    const many = Object.fromEntries(Array.from({ length: 70 }, (_, index) => [`x-${index}`, '1']));
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const post = (headers: Record<string, string>, body: string) =>
      askWeb(url, '/edge/v1/login', { method: 'POST', headers, body });
    const statuses = await Promise.all([
      askWeb(url, `/livez?${'x'.repeat(5_000)}`),
      askWeb(url, '/livez', { headers: many }),
      askWeb(url, '/livez', { headers: { x: 'y'.repeat(20_000) } }),
      post(form, `username=a&password=${'x'.repeat(70_000)}`),
      post({ 'content-type': 'text/xml' }, '<a/>'),
      post({ 'content-type': 'application/json' }, '{"username":'),
      post({ 'content-type': 'application/json' }, '['.repeat(1_000)),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([414, 431, 431, 413, 415, 400, 400]);
  });

  test('a client that sends nothing, or half a request, is dropped', async ({ house: { url } }) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n');
    socket.resume();
    await once(socket, 'close');
    expect((await askWeb(url, '/livez')).status).toBe(200);
  });
});

import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { until } from '../../support/service.ts';
import { addKey, askWeb, bearer, jsonBody, serving, test } from '../../support/web.ts';

const SIX_HOURS_MS = 6 * 3_600_000;
interface Data {
  readonly data: readonly object[];
}

const CONFIG = { source: { type: 'simulator' } };

describe('a key', () => {
  test('is shown once, and only its hash is kept', async ({ house: { service, url } }) => {
    const key = addKey(service.stateDir, 'phone', ['usage:read']);
    const file = join(service.stateDir, 'keys.json');

    expect(key).toMatch(/^pe_[0-9a-f]{8}_[A-Za-z0-9_-]{43}$/);
    expect(readFileSync(file, 'utf8')).not.toContain(key.slice(12));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await askWeb(url, '/edge/v1/live', bearer(key))).status).toBe(200);
  });

  test('opens in each of the four ways, and in no other', async ({ house: { service, url } }) => {
    const key = addKey(service.stateDir, 'phone', ['usage:read']);
    const encoded = (text: string): string => Buffer.from(text).toString('base64');
    const status = async (headers: Readonly<Record<string, string>>): Promise<number> =>
      (await askWeb(url, '/edge/v1/live', { headers })).status;

    const good: Record<string, string>[] = [
      { authorization: `Bearer ${key}` },
      { authorization: `Token ${key}` },
      { 'x-authkey': key },
      { authorization: `Basic ${key}` },
      { authorization: `Basic ${encoded(`phone:${key}`)}` },
      { authorization: `Basic ${encoded(`:${key}`)}` },
      { authorization: `Basic ${encoded(`${key}:`)}` },
    ];
    const bad: Record<string, string>[] = [
      { authorization: `Bearer ${key}x` },
      { authorization: `Bearer ${key.slice(0, -1)}` },
      { authorization: key },
      { authorization: `Basic ${encoded(`tablet:${key}`)}` },
      { 'x-authkey': '' },
    ];
    for (const headers of good) expect(await status(headers), JSON.stringify(headers)).toBe(200);
    for (const headers of bad) expect(await status(headers), JSON.stringify(headers)).toBe(401);
  });

  test('is good for its scopes alone, and the answer names the one that is missing', async ({ scene }) => {
    const { service, url } = await serving(scene);
    const key = addKey(service.stateDir, 'phone', ['usage:read']);
    const refused = await askWeb(url, '/edge/v1/denials', bearer(key));

    expect(refused.status).toBe(403);
    expect(refused.headers['content-type']).toBe('application/problem+json');
    expect(refused.json()).toMatchObject({ status: 403, scope: 'denials:read' });
    const admin = addKey(service.stateDir, 'root', ['admin']);
    const denials = (await askWeb(url, '/edge/v1/denials?kind=request', bearer(admin))).json() as Data;
    expect(denials.data).toMatchObject([{ reason: 'forbidden', client: '127.0.0.1' }]);
  });

  test('is good for what anybody may, whatever its own scopes are', async ({ house: { service, url } }) => {
    const key = addKey(service.stateDir, 'usage-alone', ['usage:read']);
    expect((await askWeb(url, '/edge/v1/endpoints')).status).toBe(200);
    expect((await askWeb(url, '/edge/v1/endpoints', bearer(key))).status).toBe(200);
  });

  test('that is removed or over opens nothing from the next request on, nor do its logins', async ({
    house: { service, url },
    scene,
  }) => {
    const { stateDir } = service;
    const key = addKey(stateDir, 'phone', ['usage:read']);
    const login = await askWeb(url, '/edge/v1/login', jsonBody({ username: 'phone', password: key }));
    const { token } = (login.json() as { data: { token: string } }).data;
    expect((await askWeb(url, '/edge/v1/live', bearer(token))).status).toBe(200);

    await scene.command(['keys', 'remove', 'phone'], { stateDir, config: CONFIG });
    expect((await askWeb(url, '/edge/v1/live', bearer(key))).status).toBe(401);
    const root = addKey(stateDir, 'root', ['admin']);
    const sessions = (await askWeb(url, '/edge/v1/sessions?status=finished', bearer(root))).json() as Data;
    expect(sessions.data).toContainEqual(expect.objectContaining({ user: 'phone', message: 'its key was removed' }));
    expect((await askWeb(url, '/edge/v1/live', bearer(token))).status).toBe(401);

    const brief = addKey(stateDir, 'guest', ['usage:read'], { expires: new Date(Date.now() + 1_000) });
    await until(async () => (await askWeb(url, '/edge/v1/live', bearer(brief))).status === 401, 5_000);
  });

  test('for one network is refused from another', async ({ house: { service, url } }) => {
    const away = addKey(service.stateDir, 'away', ['usage:read'], { cidrs: ['192.0.2.0/24'] });
    const here = addKey(service.stateDir, 'here', ['usage:read'], { cidrs: ['192.0.2.0/24', '127.0.0.0/8'] });

    expect((await askWeb(url, '/edge/v1/live', bearer(away))).status).toBe(403);
    expect((await askWeb(url, '/edge/v1/live', bearer(here))).status).toBe(200);
  });

  test('with a broken file of keys nobody gets in, and everybody is told why', async ({ scene }) => {
    const { service, url } = await serving(scene);
    const key = addKey(service.stateDir, 'phone', ['usage:read']);
    const file = join(service.stateDir, 'keys.json');
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, -20));

    expect((await askWeb(url, '/edge/v1/live', bearer(key))).status).toBe(503);
    const listed = await scene.command(['keys', 'list'], { stateDir: service.stateDir, config: CONFIG });
    expect([listed.code, listed.stderr]).toEqual([1, expect.stringContaining('keys.json cannot be read')]);
  });
});

test('a key for something else sees no more of addresses than anybody', async ({ scene }) => {
  const { service, url } = await serving(scene);
  const other = addKey(service.stateDir, 'database', ['usage:read']);
  const own = addKey(service.stateDir, 'watch', ['status:read']);
  for (const path of ['/edge/v1/endpoints', '/status/data.json']) {
    const [seen, known] = await Promise.all([other, own].map((key) => askWeb(url, path, bearer(key))));
    expect(seen!.text, path).not.toMatch(/"(ip_address|hostname|serial_number|url|last_error)":/);
    expect(known!.text, path).toMatch(/"(ip_address|url)":/);
  }
});

describe('without a key', () => {
  test('there is health and what waits, and nothing about the house', async ({ house: { url }, scene }) => {
    const open = ['/metrics', '/status/data.json', '/status/index.html', '/edge/v1/endpoints'];
    const [metrics, status, ...rest] = await Promise.all(open.map((path) => askWeb(url, path)));
    for (const path of ['live', 'telegrams', 'telegrams/latest', 'telegrams/1', 'sessions', 'denials'])
      expect((await askWeb(url, `/edge/v1/${path}`)).status, path).toBe(401);

    expect(metrics!.text).toContain('p1_queue_telegrams{endpoint="home"}');
    expect(status!.json()).toMatchObject({ sessions: [], queues: [{ queue_id: 'home', limit: 1 }] });
    const all = [metrics!, status!, ...rest].map(({ text }) => text).join('\n');
    expect(all).not.toMatch(
      /joules|watts|volts|cubic|"(ip_address|hostname|serial_number|url|last_error)":|127\.0\.0\.1/,
    );
    expect(all).not.toContain(scene.telegrams(1)[0]!.toString('latin1', 1, 12));
    expect((await askWeb(url, '/edge/v1/permissions')).json()).toEqual({
      session_id: '0',
      user: null,
      scopes: ['status:read'],
      meters: null,
      expires_at: null,
    });
  });

  test('nothing at all is told where nothing is to be anonymous, but whether it lives', async ({ scene }) => {
    const { url } = await serving(scene, { anonymous: [] });
    for (const path of ['/metrics', '/status/data.json', '/status/index.html', '/edge/v1/endpoints'])
      expect((await askWeb(url, path)).status, path).toBe(401);
    expect((await askWeb(url, '/livez')).text).toBe('ok\n');
    expect(Object.keys((await askWeb(url, '/healthz')).json() as object)).toEqual([
      ...['status', 'version', 'releaseId', 'started'],
    ]);
  });
});

describe('a login', () => {
  test('is a token for six hours, and over when its holder says so', async ({ house: { service, url } }) => {
    const key = addKey(service.stateDir, 'laptop', ['usage:read', 'sessions:read']);
    const before = Date.now();
    const answer = await askWeb(url, '/edge/v1/login', jsonBody({ username: 'laptop', password: key }));
    const { token, expires_at, session_id } = (answer.json() as { data: Record<string, string> }).data;

    expect(Math.abs(Date.parse(expires_at!) - before - SIX_HOURS_MS)).toBeLessThan(60_000);
    expect((await askWeb(url, '/edge/v1/permissions', bearer(token!))).json()).toEqual({
      session_id,
      user: 'laptop',
      scopes: ['usage:read', 'sessions:read', 'status:read'],
      meters: null,
      expires_at,
    });
    expect((await askWeb(url, '/edge/v1/session', { method: 'DELETE', ...bearer(token!) })).status).toBe(204);
    expect((await askWeb(url, '/edge/v1/live', bearer(token!))).status).toBe(401);
    const sessions = await askWeb(url, '/edge/v1/sessions?kind=login&status=finished', bearer(key));
    expect((sessions.json() as Data).data).toContainEqual(
      expect.objectContaining({ session_id, user: 'laptop', message: 'logged out' }),
    );
    const idsOf = async (period: string): Promise<string[]> => {
      const { data } = (await askWeb(url, `/edge/v1/sessions?kind=login&${period}`, bearer(key))).json() as Data;
      return data.map((one) => (one as { session_id: string }).session_id);
    };
    expect(await idsOf(`from=${before}`)).toContain(session_id);
    expect(await idsOf(`to=${before}`)).not.toContain(session_id);
    expect(await idsOf(`from=${Date.now() + 60_000}`)).not.toContain(session_id);
  });

  test('by the form of the page is a cookie that no script and no other page can use', async ({
    house: { service, url },
  }) => {
    const key = addKey(service.stateDir, 'phone', ['usage:read']);
    const body = new URLSearchParams({ username: 'phone', password: key }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html,*/*;q=0.8' };
    const answer = await askWeb(url, '/edge/v1/login', { method: 'POST', headers, body });

    expect([answer.status, answer.headers.location]).toEqual([303, '/']);
    const [cookie = ''] = answer.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(
      /^p1_relay_session=pt_[A-Za-z0-9_-]{43}; Path=\/; Max-Age=21600; HttpOnly; SameSite=Strict$/,
    );
    const sent = { headers: { cookie: `other=1; ${cookie.split(';')[0]!}` } };
    expect((await askWeb(url, '/edge/v1/live', sent)).status).toBe(200);
    expect(answer.text).not.toContain('pt_');
  });

  test('needs the name of its own key, from where that may be used, while it lasts', async ({ scene }) => {
    const { service, url } = await serving(scene);
    const attempt = async (username: string, password: string): Promise<number> =>
      (await askWeb(url, '/edge/v1/login', jsonBody({ username, password }))).status;
    const may = (name: string, more = {}): string => addKey(service.stateDir, name, ['usage:read'], more);
    const [one, other] = [may('one'), may('other')];
    expect(await attempt('one', one)).toBe(200);
    expect(await attempt('one', other)).toBe(401);
    expect(await attempt('elsewhere', may('elsewhere', { cidrs: ['192.0.2.0/24'] }))).toBe(403);
    expect(await attempt('over', may('over', { expires: new Date(Date.now() - 1_000) }))).toBe(401);
  });

  test('that fails ten times in a minute has to wait, as has a key that is none; a right key has not', async ({
    scene,
  }) => {
    const { service, url } = await serving(scene);
    const key = addKey(service.stateDir, 'phone', ['usage:read']);
    const attempt = async (password: string) =>
      askWeb(url, '/edge/v1/login', jsonBody({ username: 'phone', password }));
    const failed = await Promise.all(Array.from({ length: 10 }, () => attempt('wrong')));

    expect(failed.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 401));
    const late = await attempt(key);
    expect(late.status).toBe(429);
    expect(Number(late.headers['retry-after'])).toBeGreaterThan(0);
    expect((await askWeb(url, '/edge/v1/live', bearer('pe_00000000_wrong'))).status).toBe(429);
    expect((await askWeb(url, '/edge/v1/live', bearer(key))).status).toBe(200);
  });
});

describe('a request', () => {
  test('under a name that is not ours is refused, as a page of somebody else would make it', async ({ scene }) => {
    const { url } = await serving(scene, { allowedHosts: ['meter.example.org'] });
    const status = async (host: string): Promise<number> => (await askWeb(url, '/livez', { headers: { host } })).status;

    for (const host of ['localhost', 'localhost:8011', '192.168.1.2:80', '[::1]:8011', 'METER.example.org'])
      expect(await status(host), host).toBe(200);
    for (const host of ['evil.example', 'localhost.evil.example', 'example.org', 'a b', '127.0.0.1.evil.example'])
      expect(await status(host), host).toBe(421);
  });

  test('from another site gets no permission to read', async ({ house: { url } }) => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'GET' };
    const asked = await askWeb(url, '/status/data.json', { headers });
    const before = await askWeb(url, '/status/data.json', { method: 'OPTIONS', headers });

    expect(before.status).toBe(405);
    for (const answer of [asked, before]) {
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    }
  });
});

test('keys are listed without their text; a name is taken once; what is not there is not removed', async ({
  scene,
}) => {
  const stateDir = await scene.folder();
  const options = { stateDir, config: CONFIG };
  const key = addKey(stateDir, 'phone', ['usage:read', 'status:read'], { cidrs: ['192.168.1.0/24'] });

  const listed = await scene.command(['keys', 'list', '--json'], options);
  expect(JSON.parse(listed.stdout)).toMatchObject([
    { name: 'phone', scopes: ['usage:read', 'status:read'], cidrs: ['192.168.1.0/24'], expires: null },
  ]);
  expect(listed.stdout).not.toContain(key.slice(12));
  const tried: [code: number, args: string[]][] = [
    [1, ['add', 'phone', '--scope', 'admin']],
    [1, ['remove', 'tablet']],
    [2, ['add']],
    [2, ['add', 'x']],
    [2, ['add', 'a b', '--scope', 'admin']],
    [2, ['add', 'x', '--scope', 'all']],
    [2, ['remove']],
    [2, ['add', 'x', '--scope', 'admin', '--expires', '2020-01-01']],
    [2, ['add', 'x', '--scope', 'admin', '--cidr', '10.0.0.0/33']],
    [2, ['add', 'x', '--scope', 'admin', '--meter', 'house']],
    [0, ['add', 'tenant', '--scope', 'usage:read', '--meter', 'house', 'house-gas']],
  ];
  for (const [code, args] of tried)
    expect((await scene.command(['keys', ...args], options)).code, args.join(' ')).toBe(code);
  const now = await scene.command(['keys', 'list', '--json'], options);
  expect(JSON.parse(now.stdout)).toMatchObject([{ meters: [] }, { name: 'tenant', meters: ['house', 'house-gas'] }]);
});

test('a key may be made before the first start, and a meter that there is not is told', async ({ scene }) => {
  const stateDir = join(await scene.folder(), 'new', 'state');
  const options = { stateDir, config: { source: { type: 'simulator', name: 'house' } } };
  const scope = ['--scope', 'usage:read'];

  const made = await scene.command(['keys', 'add', 'neighbour', ...scope, '--meter', 'gas', 'house-gas'], options);
  expect([made.code, made.stdout]).toEqual([0, expect.stringMatching(/^Key neighbour for usage:read\./)]);
  expect(made.stderr).toMatch(
    /^warning: --meter gas: no source has such a meter; expected one such as house, house-gas, or .*\n$/,
  );
  expect(statSync(stateDir).mode & 0o777).toBe(0o750);
  expect(statSync(join(stateDir, 'keys.json')).mode & 0o777).toBe(0o600);
});

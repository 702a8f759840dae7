import { describe, expect } from 'vitest';
import { until } from '../../support/service.ts';
import { addKey, askWeb, bearer, jsonBody, serving, test, type Asking, type WebAnswer } from '../../support/web.ts';

/** Sends a JSON body with a key. */
async function send(url: string, path: string, key: string, body: unknown): Promise<WebAnswer> {
  const { headers, ...rest } = jsonBody(body);
  return askWeb(url, path, { ...rest, headers: { ...headers, ...bearer(key).headers } });
}

describe('keys over the API', () => {
  test('are made, listed and removed by an admin alone', async ({ house: { service, url } }) => {
    const admin = addKey(service.stateDir, 'root', ['admin']);
    const reader = addKey(service.stateDir, 'reader', ['usage:read']);
    const wish = { name: 'made', scopes: ['usage:read'], cidrs: ['127.0.0.0/8'] };

    expect((await send(url, '/edge/v1/keys', reader, wish)).status).toBe(403);
    const made = await send(url, '/edge/v1/keys', admin, wish);
    expect(made.status).toBe(201);
    const { key, id } = made.json() as { key: string; id: string };
    expect((await askWeb(url, '/edge/v1/live', bearer(key))).status).toBe(200);
    expect((await send(url, '/edge/v1/keys', admin, wish)).status).toBe(409);
    const listed = await askWeb(url, '/edge/v1/keys', bearer(admin));
    expect((listed.json() as { data: { name: string }[] }).data.map(({ name }) => name)).toContain('made');
    expect(listed.text).not.toMatch(/sha256|pe_/);

    const remove: Asking = { method: 'DELETE', ...bearer(admin) };
    expect((await askWeb(url, `/edge/v1/keys/${id}`, remove)).status).toBe(204);
    expect((await askWeb(url, `/edge/v1/keys/${id}`, remove)).status).toBe(404);
    expect((await askWeb(url, '/edge/v1/live', bearer(key))).status).toBe(401);
  });

  test.for([
    [{ name: 'a b', scopes: ['admin'] }, 'name'],
    [{ name: 'x', scopes: [] }, 'scopes'],
    [{ name: 'x', scopes: ['all'] }, 'scopes.0'],
    [{ name: 'x', scopes: ['admin'], cidrs: ['10.0.0.0/33'] }, 'cidrs.0'],
    [{ name: 'x', scopes: ['admin'], more: 1 }, 'more'],
    [null, 'body'],
  ] as const)(
    '%j is refused, and what is wrong with it named',
    async ([wish, parameter], { house: { service, url } }) => {
      const answer = await send(url, '/edge/v1/keys', addKey(service.stateDir, 'root', ['admin']), wish);
      expect(answer.status).toBe(400);
      expect(answer.json()).toMatchObject({ parameter });
    },
  );
});

test('a replay is tried, begun, seen and ended; one at a time', async ({ scene }) => {
  const { service, url } = await serving(scene);
  const key = addKey(service.stateDir, 'desk', ['replay:write', 'status:read']);
  await until(async () => (await service.outbox())[0]!.delivered >= 10, 20_000);
  const wish = { endpoint: 'home', from: '1h', rate: 0.1 };

  const dry = await send(url, '/edge/v1/replay', key, { ...wish, dry_run: true });
  expect(dry.status).toBe(200);
  expect((dry.json() as { telegrams: number }).telegrams).toBeGreaterThanOrEqual(10);
  expect((await askWeb(url, '/edge/v1/replay/home', bearer(key))).status).toBe(404);

  expect((await send(url, '/edge/v1/replay', key, wish)).status).toBe(202);
  expect((await send(url, '/edge/v1/replay', key, wish)).status).toBe(409);
  expect((await askWeb(url, '/edge/v1/replay/home', bearer(key))).json()).toMatchObject({ id: 'home' });
  expect((await askWeb(url, '/edge/v1/replay/home', { method: 'DELETE', ...bearer(key) })).status).toBe(204);
  expect((await askWeb(url, '/edge/v1/replay/home', bearer(key))).status).toBe(404);
  expect((await send(url, '/edge/v1/replay', key, { ...wish, endpoint: 'nobody' })).status).toBe(404);
});

test('a page of another site changes nothing, even with the cookie of a login', async ({ house: { service, url } }) => {
  const password = addKey(service.stateDir, 'page', ['admin']);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const logIn = (origin: string) =>
    askWeb(url, '/edge/v1/login', {
      method: 'POST',
      headers: { ...form, origin },
      body: new URLSearchParams({ username: 'page', password }).toString(),
    });
  expect((await logIn('https://evil.example')).status).toBe(403);
  expect((await logIn('null')).status).toBe(403);
  const own = await logIn(url);
  expect(own.status).toBe(200);
  const { token } = (own.json() as { data: { token: string } }).data;
  const headers = { cookie: `p1_relay_session=${token}`, origin: 'https://evil.example' };
  expect((await askWeb(url, '/edge/v1/session', { method: 'DELETE', headers })).status).toBe(403);
  expect((await askWeb(url, '/edge/v1/keys', { headers: { cookie: headers.cookie } })).status).toBe(200);
});

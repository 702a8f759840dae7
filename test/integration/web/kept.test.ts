import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { Scene } from '../../support/scene.ts';
import { test } from '../../support/scene.ts';
import { addKey, askWeb, bearer, HTTP, jsonBody, webUrl } from '../../support/web.ts';

interface List {
  readonly total: number;
  readonly data: Record<string, unknown>[];
}

async function started(scene: Scene, stateDir: string) {
  const config = { source: { name: 'home', type: 'simulator' }, http: HTTP };
  const service = await scene.service({ config, stateDir });
  const url = await webUrl(service);
  const get = async (path: string, key: string): Promise<List> =>
    (await askWeb(url, `/edge/v1/${path}`, bearer(key))).json() as List;
  return { service, url, get };
}

describe('over a restart', () => {
  test('denials and sessions stay, with ids that go on, and those that went on are over', async ({ scene }) => {
    const stateDir = await scene.folder();
    const key = addKey(stateDir, 'phone', ['usage:read', 'denials:read', 'sessions:read']);
    const first = await started(scene, stateDir);
    for (const path of ['status/data.json', 'edge/v1/telegrams', 'edge/v1/keys'])
      await askWeb(first.url, `/${path}`, bearer(key));
    await askWeb(first.url, '/edge/v1/login', jsonBody({ username: 'phone', password: key }));
    const before = await first.get('denials?orderBy=asc', key);
    expect(before.data.map(({ reason }) => reason)).toEqual(['forbidden', 'forbidden']);
    await first.service.stop();

    const second = await started(scene, stateDir);
    await askWeb(second.url, '/edge/v1/telegrams', bearer(key));
    const denials = await second.get('denials?orderBy=asc', key);
    expect(denials.data.slice(0, 2)).toEqual(before.data);
    expect(denials.data.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect((await second.get('denials?limit=1&offset=1&orderBy=asc', key)).data).toEqual([before.data[1]]);
    const { headers } = await askWeb(second.url, '/edge/v1/denials?limit=1&offset=1&format=csv', bearer(key));
    const page = (offset: number): string => `</edge/v1/denials?limit=1&offset=${offset}&format=csv>`;
    expect(headers['link']).toBe(`${page(2)}; rel="next", ${page(0)}; rel="prev"`);
    const last = String(denials.data[2]!['denial_time']);
    expect((await second.get(`denials?to=${last}`, key)).total).toBe(2);

    const sessions = await second.get('sessions?status=finished', key);
    expect(sessions.data.map(({ kind, message }) => [kind, message])).toEqual(
      expect.arrayContaining([
        ['login', 'the service stopped'],
        ['source', 'the service stopped'],
      ]),
    );
    const running = await second.get('sessions?status=running&kind=source', key);
    expect(running.data.map(({ client }) => client)).toEqual(['home']);
    await second.service.stop();
  });

  test('a book that is broken is begun anew, and nothing else notices', async ({ scene }) => {
    const stateDir = await scene.folder();
    const key = addKey(stateDir, 'phone', ['usage:read', 'denials:read', 'sessions:read']);
    const first = await started(scene, stateDir);
    await askWeb(first.url, '/edge/v1/telegrams', bearer(key));
    await first.service.stop();
    expect(existsSync(join(stateDir, 'book.db'))).toBe(true);
    writeFileSync(join(stateDir, 'book.db'), 'this is no book'.repeat(1_000));

    const second = await started(scene, stateDir);
    expect((await second.get('denials', key)).total).toBe(0);
    await askWeb(second.url, '/edge/v1/telegrams', bearer(key));
    const { data } = await second.get('denials', key);
    expect(data).toMatchObject([{ reason: 'forbidden' }]);
    expect(data[0]!['id']).toBeGreaterThan(1_700_000_000);
    expect((await second.service.health()).status).toBe('pass');
    await second.service.stop();
  });
});

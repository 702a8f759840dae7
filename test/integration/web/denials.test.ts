import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { until } from '../../support/service.ts';
import { addKey, askWeb, bearer, HTTP, test, webUrl } from '../../support/web.ts';

interface List {
  readonly data: readonly Readonly<Record<string, unknown>>[];
}

test('a server that refuses all is one denial, and a capture that was read to its end a session that is over', async ({
  scene,
}) => {
  const server = await scene.server();
  const folder = await scene.folder();
  const path = join(folder, 'capture.bin');
  writeFileSync(path, Buffer.concat(scene.telegrams(5)));
  const endpoints = [{ name: 'home', type: 'dsmr-v1', url: server.url, key: 'not-its-key-at-all' }];
  const service = await scene.service({
    config: { source: { type: 'file', name: 'past', path }, endpoints, http: HTTP },
  });
  const url = await webUrl(service);
  const key = bearer(addKey(service.stateDir, 'watch', ['denials:read', 'sessions:read']));
  const ask = async (about: string): Promise<List['data']> =>
    ((await askWeb(url, `/edge/v1/${about}`, key)).json() as List).data;
  await until(async () => (await ask('denials?kind=delivery')).length > 0, 20_000);

  const denials = await ask('denials?kind=delivery');
  expect(denials).toMatchObject([{ kind: 'delivery', reason: 'unauthorized', endpoint: 'home' }]);
  expect(denials[0]!['err_msg']).toContain('Invalid auth key');
  await until(async () => (await ask('sessions?kind=source'))[0]?.['status'] === 'finished', 20_000);
  const [session] = await ask('sessions?kind=source');
  expect(session).toMatchObject({ client: 'past', items: 5, idle_s: 0 });
  const lastedMs = Date.parse(String(session!['end_time'])) - Date.parse(String(session!['start_time']));
  expect(session!['duration_s']).toBe(Math.max(0, Math.round(lastedMs / 1_000)));
});

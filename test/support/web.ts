import { startDsmrReader, type DsmrReader } from './dsmr-reader.ts';
import { test as sceneTest, type Scene } from './scene.ts';
import { startService, until, type Service } from './service.ts';
import { webUrl } from './web-client.ts';

export * from './web-client.ts';

/** Settings for a service that serves on a port that is free. */
export const HTTP = { enabled: true, listen: '127.0.0.1:0' };

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

import { expect } from 'vitest';
import { simulateHouse } from '../../../src/simulator/house.ts';
import { until } from '../../support/service.ts';
import { addKey, askWeb, bearer, HTTP, test, webUrl } from '../../support/web.ts';

interface Found {
  readonly status: string;
  readonly checks: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

test('what watches services is told of each part; why one is not well, and where it is, only with a key', async ({
  scene,
}) => {
  const line = await scene.tcpLine();
  // Nobody listens at port 9.
  const endpoints = [{ name: 'attic', type: 'dsmr-v1', url: 'http://127.0.0.1:9', key: 'a-key-of-ours' }];
  const config = { source: { ...line.source, name: 'home' }, endpoints, http: HTTP };
  const service = await scene.service({ config });
  const url = await webUrl(service);
  await line.opened();
  const house = simulateHouse({ start: new Date(), seed: 1, phases: 3 });
  for (let telegram = 0; telegram < 3; telegram++) await line.write(house.next().value);
  const ask = async (key?: string) => askWeb(url, '/healthz', key === undefined ? {} : bearer(key));
  await until(async () => ((await ask()).json() as Found).checks['endpoint:attic']?.[0]?.['status'] === 'warn', 20_000);

  const answer = await ask();
  expect(answer.headers['content-type']).toBe('application/health+json');
  expect(answer.status).toBe(200);
  expect(answer.text).not.toContain('127.0.0.1');
  expect(answer.json()).toMatchObject({
    status: 'warn',
    version: '1',
    checks: {
      'source:home': [{ componentType: 'component', observedUnit: 's', status: 'pass' }],
      'endpoint:attic': [{ observedValue: 3, observedUnit: 'telegrams', status: 'warn' }],
      journal: [{ observedValue: 0, status: 'pass' }],
    },
  });

  const known = (await ask(addKey(service.stateDir, 'watch', ['status:read']))).json() as Found;
  expect(known.checks['endpoint:attic']?.[0]?.['output']).toMatch(/attic: later: http:\/\/127\.0\.0\.1:9 refuses/);

  expect((await askWeb(url, '/readyz')).status).toBe(200);
  const strict = await askWeb(url, '/readyz?strict=1');
  expect(strict.status).toBe(503);
  expect(strict.json()).toMatchObject({ detail: 'not all is well: warn; /healthz says more' });
});

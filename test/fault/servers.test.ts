import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { faults } from '../support/dsmr-reader.ts';
import { print } from '../support/meter-line.ts';
import { asText, endpointsOf, stampsAt, telegramsAt, test } from '../support/scene.ts';
import { until } from '../support/service.ts';

const TELEGRAMS = 60;

test('a first server that accepts and never answers: the second has each telegram within 2 s', async ({ scene }) => {
  const [silent, home] = [await scene.server(), await scene.server()];
  silent.fault = faults.hang();
  const line = await scene.line();
  const endpoints = endpointsOf({ silent: [silent, 'v1'], home: [home, 'v1'] });
  await scene.service({ config: { source: line.source, endpoints } });
  await line.opened();

  const telegrams = scene.telegrams(TELEGRAMS);
  const writtenAt = await print(line, telegrams, 100);
  await until(() => home.rows.length >= TELEGRAMS, 15_000);

  expect(telegramsAt(home)).toEqual(asText(telegrams));
  const delays = home.rows.map(({ arrivedAt }, index) => arrivedAt.getTime() - writtenAt[index]!.getTime());
  expect(Math.max(...delays)).toBeLessThan(2_000);
  expect(silent.requests).toHaveLength(1);
});

test('a request under way does not hold up the end: SIGTERM, and exit 0 within 5 s', async ({ scene }) => {
  const silent = await scene.server();
  silent.fault = faults.hang();
  const line = await scene.line();
  const service = await scene.service({
    config: { source: line.source, endpoints: endpointsOf({ silent: [silent, 'v1'] }) },
  });
  await line.opened();
  await print(line, scene.telegrams(1), 0);
  await until(() => silent.requests.length > 0, 15_000);

  const exit = await Promise.race([service.stop(), wait(5_000, 'still running')]);

  expect(exit).toBe(0);
});

test('a server that is down for a third of the time has everything in order in the end; the other never waits', async ({
  scene,
}) => {
  const [home, vps] = [await scene.server(), await scene.server()];
  const line = await scene.line();
  const endpoints = endpointsOf({ home: [home, 'v1'], vps: [vps, 'v1'] });
  const service = await scene.service({ config: { source: line.source, endpoints } });
  await line.opened();

  const telegrams = scene.telegrams(TELEGRAMS);
  const printing = print(line, telegrams, 350);
  await until(() => vps.rows.length >= 20, 20_000);
  await vps.stop();
  await until(() => home.rows.length >= 40, 20_000);
  await vps.start();
  const writtenAt = await printing;
  await until(() => vps.rows.length >= TELEGRAMS && home.rows.length >= TELEGRAMS, 30_000);

  expect(await service.stop()).toBe(0);
  expect(telegramsAt(vps)).toEqual(asText(telegrams));
  expect(telegramsAt(home)).toEqual(asText(telegrams));
  const delays = home.rows.map(({ arrivedAt }, index) => arrivedAt.getTime() - writtenAt[index]!.getTime());
  expect(Math.max(...delays)).toBeLessThan(2_000);
  expect(service.lines.filter((line) => line.includes('endpoint vps: unavailable'))).toHaveLength(1);
  expect(service.lines.filter((line) => line.includes('endpoint vps: back after'))).toHaveLength(1);
});

test('telegrams kept while the service was stopped come first after the next start', async ({ scene }) => {
  const home = await scene.server();
  await home.stop();
  const line = await scene.line();
  const stateDir = await scene.folder();
  const config = { source: line.source, endpoints: endpointsOf({ home: [home, 'v2'] }) };
  const first = await scene.service({ config, stateDir });
  await line.opened();
  const telegrams = scene.telegrams(20);
  await print(line, telegrams.slice(0, 10), 10);
  await until(async () => (await first.outbox())[0]?.waiting === 10, 15_000);
  expect(await first.stop()).toBe(0);

  await home.start();
  await scene.service({ config, stateDir });
  await line.opened();
  await print(line, telegrams.slice(10), 10);
  await until(() => home.rows.length >= 20, 20_000);

  expect(stampsAt(home)).toEqual(scene.stamps(20));
});

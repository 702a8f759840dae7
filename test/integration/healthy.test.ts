import { expect } from 'vitest';
import { print, type MeterLine } from '../support/meter-line.ts';
import { describeWithPty } from '../support/pty.ts';
import { asText, endpointsOf, stampsAt, telegramsAt, test, type Scene } from '../support/scene.ts';
import { until } from '../support/service.ts';

const TELEGRAMS = 60;
const EVERY_MS = 50;

test('a meter behind TCP: each server has each telegram once, in order, byte for byte', async ({ scene }) => {
  await expectAllDelivered(scene, await scene.tcpLine());
});

describeWithPty('a meter on a serial port', () => {
  test('each server has each telegram once, in order, byte for byte', async ({ scene }) => {
    await expectAllDelivered(scene, await scene.serialLine());
  });
});

async function expectAllDelivered(scene: Scene, line: MeterLine): Promise<void> {
  const [home, vps] = [await scene.server(), await scene.server()];
  const endpoints = endpointsOf({ home: [home, 'v1'], vps: [vps, 'v2'] });
  const service = await scene.service({ config: { source: line.source, endpoints } });
  await line.opened();

  const telegrams = scene.telegrams(TELEGRAMS);
  await print(line, telegrams, EVERY_MS);
  await until(() => home.rows.length >= TELEGRAMS && vps.rows.length >= TELEGRAMS, 20_000);

  expect(await service.stop()).toBe(0);
  expect(telegramsAt(home)).toEqual(asText(telegrams));
  expect(stampsAt(vps)).toEqual(scene.stamps(TELEGRAMS));
}

import { expect } from 'vitest';
import { dsmr22 } from '../support/dsmr22.ts';
import { endpointsOf, telegramsAt, test } from '../support/scene.ts';
import { until } from '../support/service.ts';

test('what a meter without checksums printed before a restart is what the next telegram is held against', async ({
  scene,
}) => {
  const [server, line, stateDir] = [await scene.server(), await scene.tcpLine(), await scene.folder()];
  server.profile = 'nl-2-3';
  const [before, damaged, after] = ['00123.456*kWh', '00023.457*kWh', '00123.457*kWh'].map((delivered1) =>
    dsmr22({ delivered1 }),
  ) as [Buffer, Buffer, Buffer];
  scene.hide(before);
  const config = { source: { ...line.source, checksum: 'absent' }, endpoints: endpointsOf({ home: [server, 'v1'] }) };

  const first = await scene.service({ config, stateDir });
  await line.opened();
  await line.write(before);
  await until(() => server.rows.length === 1, 20_000);
  await first.stop();
  await line.hangUp();

  const second = await scene.service({ config, stateDir });
  await line.opened();
  await line.write(damaged);
  await line.write(after);
  await until(() => server.rows.length === 2, 20_000);

  expect(telegramsAt(server)).toEqual([before, after].map((telegram) => telegram.toString('latin1')));
  expect((await second.health()).sources[0]).toMatchObject({ accepted: 1, rejected: { inconsistent: 1 } });
});

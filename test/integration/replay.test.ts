import { describe, expect } from 'vitest';
import { endpointsOf, stampsAt, test } from '../support/scene.ts';
import { print } from '../support/meter-line.ts';
import { until } from '../support/service.ts';

const TELEGRAMS = 20;

describe('p1-relay replay', () => {
  test('fills a server that lost half of its readings, in order, and tells what is to be done there', async ({
    scene,
  }) => {
    const [line, server] = [await scene.tcpLine(), await scene.server()];
    const stateDir = await scene.folder();
    const config = { source: line.source, endpoints: endpointsOf({ home: [server, 'v1'] }) };
    const service = await scene.service({ config, stateDir });
    await line.opened();
    await print(line, scene.telegrams(TELEGRAMS), 20);
    await until(() => server.rows.length === TELEGRAMS, 20_000);

    server.rows.splice(5, 10);
    const options = { config, stateDir };
    const dry = await scene.command(['replay', '--endpoint', 'home', '--from', '1h', '--dry-run'], options);
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(dry.stdout).toMatch(
      /^would send to home: 20 telegrams received from .*\n.*\nthen, on the server:\n(  - .*\n)+$/,
    );
    expect(server.rows).toHaveLength(10);

    const begun = await scene.command(['replay', '--endpoint', 'home', '--from', '1h', '--rate', 'off'], options);
    expect(begun.code).toBe(0);
    await until(() => server.rows.length === TELEGRAMS, 20_000);
    expect(stampsAt(server).slice(10)).toEqual(scene.stamps(TELEGRAMS).slice(5, 15));
    await until(
      () => service.lines.some((text) => text.includes('endpoint home: replay done: 10 sent, 10 were there')),
      10_000,
    );
    const ended = await scene.command(['replay', '--endpoint', 'home', '--cancel'], options);
    expect(ended).toMatchObject({ code: 1, stderr: 'no replay is under way for this endpoint\n' });
  });

  test('that was begun while no service runs is begun by the next one', async ({ scene }) => {
    const [line, server] = [await scene.tcpLine(), await scene.server()];
    const stateDir = await scene.folder();
    const config = { source: line.source, endpoints: endpointsOf({ home: [server, 'v2'] }) };
    const service = await scene.service({ config, stateDir });
    await line.opened();
    await print(line, scene.telegrams(TELEGRAMS), 20);
    await until(() => server.rows.length === TELEGRAMS, 20_000);
    expect(await service.stop()).toBe(0);

    server.rows.length = 0;
    const begun = await scene.command(['replay', '-e', 'home', '--from', 'beginning', '--json'], { config, stateDir });
    expect(begun.code).toBe(0);
    expect(JSON.parse(begun.stdout)).toMatchObject({ endpoint: 'home', letters: TELEGRAMS, sent: 0 });
    await scene.service({ config, stateDir });
    await until(() => server.rows.length === TELEGRAMS, 20_000);
    expect(stampsAt(server)).toEqual(scene.stamps(TELEGRAMS));
  });

  test.for([
    [['--from', 'beginning', '--endpoint', 'vps'], 1, 'no endpoint vps; there is: home'],
    [['--endpoint', 'home'], 2, 'from when? say --from TIME, or --from beginning'],
    [['--endpoint', 'home', '--from', 'yesterday'], 2, 'got "yesterday", expected'],
    [['--endpoint', 'home', '--from', '1d', '--rate', 'fast'], 2, 'Expected adaptive, off, or a number'],
  ] as const)('%j is told what is wrong', async ([args, code, text], { scene }) => {
    const server = await scene.server();
    const config = {
      source: { type: 'tcp', host: '127.0.0.1', port: 9 },
      endpoints: endpointsOf({ home: [server, 'v1'] }),
    };
    const stateDir = await scene.folder();
    await (await scene.service({ config, stateDir })).stop();
    const ended = await scene.command(['replay', ...args], { config, stateDir });
    expect(ended.stderr).toContain(text);
    expect(ended.code).toBe(code);
  });
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { faults, type DsmrReader } from '../support/dsmr-reader.ts';
import { print } from '../support/meter-line.ts';
import { endpointsOf, stampsAt, test, type Scene } from '../support/scene.ts';
import { until } from '../support/service.ts';
import { fixture } from '../support/telegrams.ts';

const COMMANDS = ['run', 'check', 'decode', 'simulate', 'outbox', 'journal', 'health'];
/** DSMR-reader's answer to a telegram that it will never take. */
const refuses = faults.status(400, { body: 'Invalid data' });

describe('--help', () => {
  test('lists every command', async ({ scene }) => {
    const { code, stdout } = await scene.command(['--help']);

    expect(code).toBe(0);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^ +${command} `, 'm'));
  });

  test.for(COMMANDS)('of %s has an example', async (command, { scene }) => {
    const { code, stdout } = await scene.command([command, '--help']);

    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Examples:\\n +\\$ (.* )?p1-relay ${command}`, 'm'));
  });

  test.for([
    ['deliver'],
    ['run', '--fast'],
    ['outbox', 'burn'],
    ['outbox', 'drop', '--endpoint', 'home', '--id', 'one'],
  ])('%j is a mistake: exit code 2', async (args, { scene }) => {
    const { code, stderr } = await scene.command(args);

    expect(code).toBe(2);
    expect(stderr).toContain(args.at(-1));
  });
});

describe('health', () => {
  test('of a service that is well: pass and exit code 0, with what it counted', async ({ scene }) => {
    const { service, ask } = await startWithOne(scene);

    // The telegrams of a scene are those of an hour ago.
    const lines = [
      'pass: 3 telegrams accepted; waiting: home 0',
      '  source meter: its clock is 60 min behind ours',
      '',
    ];
    expect(await ask('health')).toMatchObject({ code: 0, stdout: lines.join('\n') });
    const { code, stdout } = await ask('health', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'pass',
      pid: service.pid,
      sources: [{ name: 'meter', connected: true, accepted: 3, rejected: {} }],
      endpoints: [{ name: 'home', state: 'idle', delivered: 3, waiting: 0 }],
    });
  });

  test('of a service with a server that is mis-set: warn, with the remedy', async ({ scene }) => {
    const { server, line, ask } = await startWithOne(scene);
    server.key = 'another-one';
    await print(line, scene.telegrams(4).slice(3), 0);

    await until(async () => (await ask('health')).stdout.startsWith('warn'), 20_000);
    const { code, stdout } = await ask('health');
    expect(code).toBe(0);
    expect(stdout).toMatch(/endpoint home: paused: .*403.*; set key to the one.* \(1 telegram waiting\)/);
  });

  test('where no service runs: exit code 69 and the state directory', async ({ scene }) => {
    const stateDir = await scene.folder();
    const { code, stderr } = await scene.command(['health'], { config: { source: { type: 'simulator' } }, stateDir });

    expect(code).toBe(69);
    expect(stderr).toBe(`no p1-relay runs with state directory ${stateDir}; start it, or name its --config\n`);
  });
});

describe.for([['the service runs'], ['no service runs']])('outbox, where %s', ([where]) => {
  const stops = where === 'no service runs';

  test('shows what waits for each endpoint and since when', async ({ scene }) => {
    const { service, server, line, ask } = await startWithOne(scene);
    await server.stop();
    const before = Date.now();
    await print(line, scene.telegrams(8).slice(3), 10);
    await until(async () => (await service.outbox())[0]?.waiting === 5, 15_000);
    if (stops) await service.stop();

    expect((await ask('outbox')).stdout).toMatch(/^endpoint +state +waiting +oldest .*\nhome +\w+ +5 +20\d\d-/);
    const { code, stdout } = await ask('outbox', '--json');
    expect(code).toBe(0);
    const [row] = JSON.parse(stdout) as { oldestAt: string }[];
    expect(row).toMatchObject({ name: 'home', waiting: 5, delivered: 3, dead: 0 });
    expect(Math.abs(Date.parse(row!.oldestAt) - before)).toBeLessThan(2_000);
  });

  test('lists dead letters, sends them again, or drops them', async ({ scene }) => {
    const { service, server, line, ask, start } = await startWithOne(scene);
    server.fault = refuses;
    await print(line, scene.telegrams(6).slice(3), 10);
    await until(async () => (await service.outbox())[0]?.dead === 3, 15_000);
    server.fault = undefined;
    if (stops) await service.stop();

    const dead = JSON.parse((await ask('outbox', 'dead', '--json')).stdout) as { id: number; reason: string }[];
    expect(dead).toHaveLength(3);
    expect(dead[0]?.reason).toContain('answered 400: Invalid data');
    expect((await ask('outbox', 'dead')).stdout.trim().split('\n')).toHaveLength(4);

    const [first, second] = dead.map(({ id }) => String(id));
    expect(await ask('outbox', 'drop', '--endpoint', 'home', '--id', first!)).toMatchObject({
      code: 0,
      stdout: '1 dead letter dropped\n',
    });
    expect(await ask('outbox', 'retry', '--endpoint', 'home', '--id', second!)).toMatchObject({
      code: 0,
      stdout: '1 dead letter will be sent again\n',
    });
    if (stops) await start();
    await until(() => server.rows.length === 4, 20_000);

    expect(stampsAt(server).at(-1)).toBe(scene.stamps(5)[4]);
    await until(async () => (await ask('outbox', 'dead', '--json')).stdout.includes(`"id": ${dead[2]!.id}`), 15_000);
    await until(
      async () => (JSON.parse((await ask('outbox', 'dead', '--json')).stdout) as unknown[]).length === 1,
      15_000,
    );
  });

  test('dead letters that are not there are named: exit code 1', async ({ scene }) => {
    const { service, ask } = await startWithOne(scene);
    if (stops) await service.stop();
    for (const [action, told] of [
      ['drop', '0 dead letters dropped\n'],
      ['retry', '0 dead letters will be sent again\n'],
    ] as const) {
      expect(await ask('outbox', action, '--endpoint', 'home', '--id', '3', '4')).toEqual({
        code: 1,
        stdout: told,
        stderr: 'endpoint home has no dead letter 3, 4; `p1-relay outbox dead` lists those it has\n',
      });
    }
  });

  test('an endpoint that there is not: exit code 1, and the names of those there are', async ({ scene }) => {
    const { service, ask } = await startWithOne(scene);
    if (stops) await service.stop();
    const { code, stderr } = await ask('outbox', 'retry', '--endpoint', 'hoem');

    expect(code).toBe(1);
    expect(stderr).toBe('p1-relay: no endpoint hoem; there is: home\n');
  });
});

test('outbox retry without an endpoint says how to name one: exit code 2', async ({ scene }) => {
  const { ask } = await startWithOne(scene);
  const { code, stderr } = await ask('outbox', 'retry');

  expect(code).toBe(2);
  expect(stderr).toContain('p1-relay outbox retry --endpoint NAME');
});

describe('check', () => {
  test('of a configuration that holds: what it was made of, and exit code 0', async ({ scene }) => {
    const config = { source: { type: 'simulator' }, endpoints: [] };
    const text = await scene.command(['check'], { config });
    expect(text.code).toBe(0);
    expect(text.stdout).toMatch(
      /^configuration from .*config\.yaml.*: simulator to no endpoint\nstate in .+\nno page and API .+\n$/,
    );

    const shown = await scene.command(['check'], { config: { ...config, http: { listen: '[::1]:8012' } } });
    expect(shown.stdout).toMatch(/^page and API on http:\/\/\[::1\]:8012$/m);

    const json = await scene.command(['check', '--json'], { config });
    expect(JSON.parse(json.stdout)).toMatchObject({ sources: ['simulator'], endpoints: [], results: [] });
  });

  test('of one that does not: exit code 78', async ({ scene }) => {
    const { code, stderr } = await scene.command(['check'], { config: { source: { type: 'serail' } } });

    expect(code).toBe(78);
    expect(stderr).toMatch(/source\.type: got "serail", expected .*serial/);
  });

  test('of a certificate that is not there: its file, and exit code 1', async ({ scene }) => {
    const tls = { cert: '/nowhere/cert.pem', key: '/nowhere/key.pem' };
    const config = { source: { type: 'simulator' }, http: { tls } };
    const { code, stdout } = await scene.command(['check'], { config });

    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^FAILED +page and API: http\.tls\.cert: \/nowhere\/cert\.pem does not exist, expected a PEM file$/m,
    );
  });

  test('--online tries each source and endpoint once', async ({ scene }) => {
    const [home, vps] = [await scene.server(), await scene.server()];
    const source = { name: 'meter', type: 'simulator', interval: '100ms' };
    const config = { source, endpoints: endpointsOf({ home: [home, 'v1'], vps: [vps, 'v2'] }) };
    const good = await scene.command(['check', '--online'], { config });
    expect(good.code).toBe(0);
    expect(good.stdout).toMatch(/^ok +source meter: gave a telegram of \d+ bytes$/m);
    expect(good.stdout).toMatch(/^ok +endpoint home: answers, and takes this key$/m);

    vps.key = 'another-one';
    const bad = await scene.command(['check', '--online'], { config });
    expect(bad.code).toBe(1);
    expect(bad.stdout).toMatch(/^ok +endpoint home/m);
    expect(bad.stdout).toMatch(/^FAILED +endpoint vps: .*403.*; set key to the one/m);
    expect([...home.rows, ...vps.rows]).toEqual([]);
  });

  test('--online warns of a gasChannel that has no gas', async ({ scene }) => {
    const path = join(await scene.folder(), 'sample');
    await writeFile(path, fixture('field/ndokter__flu5-253769484-a_emucs-50217-2.txt'));
    // Gas is on channel 1, water on 2, and nothing on 3.
    const told = async (gasChannel: number) => {
      const config = { source: { type: 'file', path, gasChannel } };
      return (await scene.command(['check', '--online'], { config })).stdout.split('\n').at(-2);
    };
    expect(await told(1)).toMatch(/^ok +source file: gave a telegram of \d+ bytes$/);
    expect(await told(2)).toMatch(/ bytes; it has no gas on channel 2, which is its gasChannel: set that to 1$/);
    expect(await told(3)).toMatch(/ bytes; it has no gas on channel 3, which is its gasChannel: set that to 1$/);
  });

  test('--online says of an empty capture that it is empty', async ({ scene }) => {
    const path = join(await scene.folder(), 'empty');
    await writeFile(path, '');
    const { code, stdout } = await scene.command(['check', '--online'], { config: { source: { type: 'file', path } } });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FAILED +source file: there is not a byte in it$/m);
  });

  test('--online says why the telegrams of a source are rejected', async ({ scene }) => {
    const path = join(await scene.folder(), 'cut');
    const [telegram] = scene.telegrams(1);
    const cut = `${telegram!.toString('latin1', 0, 300)}\r\n`;
    await writeFile(path, cut.repeat(3));
    const { code, stdout } = await scene.command(['check', '--online'], { config: { source: { type: 'file', path } } });
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^FAILED +source file: 906 bytes: 3 telegrams rejected \(truncated\): bytes were lost, or another program reads the same port$/m,
    );
  });
});

/** A service with a server that has three telegrams; `ask` runs a command on the same configuration and state. */
async function startWithOne(scene: Scene) {
  const server: DsmrReader = await scene.server();
  const [line, stateDir] = [await scene.tcpLine(), await scene.folder()];
  const options = { config: { source: line.source, endpoints: endpointsOf({ home: [server, 'v1'] }) }, stateDir };
  const service = await scene.service(options);
  await line.opened();
  await print(line, scene.telegrams(3), 10);
  await until(async () => (await service.outbox())[0]?.delivered === 3, 15_000);
  return {
    server,
    line,
    service,
    start: () => scene.service(options),
    ask: (...args: string[]) => scene.command(args, options),
  };
}

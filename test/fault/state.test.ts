import { chmod, mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { print } from '../support/meter-line.ts';
import { asText, endpointsOf, stampsAt, telegramsAt, test, type Scene } from '../support/scene.ts';
import { until } from '../support/service.ts';
import { asPlainUser } from '../support/tools.ts';

const SIMULATED = { name: 'meter', type: 'simulator' };

describe('a configuration', () => {
  test('with several faults: each is a line with place, value and remedy, and the exit code is 78', async ({
    scene,
  }) => {
    const config = {
      source: { type: 'serial', prot: '/dev/ttyUSB0', baudRate: 'fast' },
      endpoints: [{ type: 'dsmr-v1', url: '192.168.1.10', key: { env: 'NO_SUCH_VARIABLE' } }],
    };
    const { code, stderr } = await scene.command(['run'], { config });

    expect(code).toBe(78);
    const lines = stderr.trim().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /config\.yaml:1:\d+ endpoints\[0\]\.url: got "192\.168\.1\.10", expected an address such as/,
        ),
        expect.stringMatching(
          /config\.yaml:1:\d+ endpoints\[0\]\.key: .*NO_SUCH_VARIABLE is not set, expected the secret/,
        ),
        expect.stringMatching(/config\.yaml:1:\d+ source\.prot: unknown setting; did you mean "port"\?/),
        expect.stringMatching(/config\.yaml:1:\d+ source\.baudRate: got "fast", expected a number/),
      ]),
    );
  });

  test('that is nowhere: one line says what to do, and the exit code is 78', async ({ scene }) => {
    const { code, stderr } = await scene.command(['run']);

    expect(code).toBe(78);
    expect(stderr).toMatch(/no configuration: .*to begin, copy .*config\.example\.yaml/);
  });
});

describe('a state directory', () => {
  test('that another service uses: one line names it, and the exit code is 69', async ({ scene }) => {
    const first = await scene.service({ config: { source: SIMULATED } });
    const second = await scene.launch({ config: { source: SIMULATED }, stateDir: first.stateDir });

    expect(await second.exited()).toBe(69);
    expect(second.lines.at(-1)).toContain(
      `another p1-relay already runs with state directory ${first.stateDir} (process ${first.pid}); stop it, or give this one its own state.dir`,
    );
    expect(first.isRunning).toBe(true);
    expect((await first.health()).pid).toBe(first.pid);
  });

  test('that was made, but not for this user to write: the same line', async ({ scene }) => {
    const stateDir = await scene.folder();
    await chmod(stateDir, 0o500);
    const service = await scene.launch({ config: { source: SIMULATED }, stateDir, through: asPlainUser() });

    expect(await service.exited()).toBe(78);
    expect(service.lines.at(-1)).toContain(`state directory ${stateDir} (state.dir): EACCES`);
  });

  test('that this user may not make: one line names it and who chose it, and the exit code is 78', async ({
    scene,
  }) => {
    const folder = await scene.folder();
    await chmod(folder, 0o500);
    const stateDir = join(folder, 'state');
    const service = await scene.launch({ config: { source: SIMULATED }, stateDir, through: asPlainUser() });

    expect(await service.exited()).toBe(78);
    expect(service.lines.at(-1)).toMatch(
      new RegExp(
        `state directory ${stateDir} \\(state\\.dir\\): .*expected a folder that this user may write; name one in state\\.dir`,
      ),
    );
  });

  test('that is a file: one line names it, and the exit code is 78', async ({ scene }) => {
    const stateDir = join(await scene.folder(), 'state');
    await writeFile(stateDir, 'no folder');
    const service = await scene.launch({ config: { source: SIMULATED }, stateDir });

    expect(await service.exited()).toBe(78);
    expect(service.lines.at(-1)).toMatch(
      new RegExp(`state directory ${stateDir} \\(state\\.dir\\): .*expected a folder`),
    );
  });
});

describe('a journal', () => {
  test('of a newer p1-relay is refused: one line says what to do, the exit code is 78, and no byte of it is changed', async ({
    scene,
  }) => {
    const service = await scene.service({ config: { source: SIMULATED } });
    await until(async () => (await service.health()).summary.startsWith('3 telegrams'), 20_000);
    await service.kill();
    const journal = join(service.stateDir, 'journal.db');
    await makeNewer(journal);
    const before = await Promise.all([readFile(journal), readFile(`${journal}-wal`)]);
    const older = await scene.launch({ config: { source: SIMULATED }, stateDir: service.stateDir });

    expect(await older.exited()).toBe(78);
    expect(older.lines.at(-1)).toMatch(
      /journal\.db has schema 99, .*install the newer p1-relay, or name another state\.dir/,
    );
    expect(await Promise.all([readFile(journal), readFile(`${journal}-wal`)])).toEqual(before);
  });

  test('goes on under another configuration: an endpoint renamed, one added, one taken out and named', async ({
    scene,
  }) => {
    const { server, stateDir, config, line } = await keepTelegrams(scene, 20);
    const added = await scene.server();
    const [home] = endpointsOf({ cabin: [server, 'v1'] });
    const [hut] = endpointsOf({ hut: [added, 'v1'] });
    await server.start();
    const renamed = {
      ...config,
      endpoints: [
        { ...home, formerly: 'home' },
        { ...hut, from: 'beginning' },
      ],
    };
    const first = await scene.service({ config: renamed, stateDir });
    await until(() => telegramsAt(server).length === 20 && telegramsAt(added).length === 20, 20_000);
    expect(telegramsAt(server)).toEqual(asText(scene.telegrams(20)));
    expect(telegramsAt(added)).toEqual(telegramsAt(server));
    expect(first.lines.filter((text) => text.includes('not in the configuration'))).toEqual([]);

    await added.stop();
    await line.opened();
    await print(line, scene.telegrams(22).slice(20), 1);
    await until(async () => (await first.outbox()).find(({ name }) => name === 'hut')?.waiting === 2, 20_000);
    expect(await first.stop()).toBe(0);
    const second = await scene.service({ config: { ...config, endpoints: [home!] }, stateDir });
    expect(second.lines.filter((text) => text.includes('not in the configuration'))).toEqual([
      expect.stringMatching(/endpoint hut: not in the configuration any more; 2 telegrams that waited for it/),
    ]);
    expect((await second.outbox()).map(({ name }) => name)).toEqual(['cabin']);
  });

  test('damaged while the service was stopped is put aside; what can be read of it is delivered', async ({ scene }) => {
    const { server, stateDir, config, line } = await keepTelegrams(scene, 200);
    await overwrite(join(stateDir, 'journal.db'), 0.5);

    await server.start();
    const service = await scene.service({ config, stateDir });
    await line.opened();
    const later = scene.telegrams(201).slice(200);
    await print(line, later, 0);
    await until(() => telegramsAt(server).includes(asText(later)[0]!), 30_000);

    expect(service.lines.filter((text) => text.includes('damaged'))).toEqual([
      expect.stringMatching(
        /journal: damaged \(.+\); put aside as \S+journal\.db\.corrupt-\S+, \d+ telegrams carried over/,
      ),
    ]);
    expect(await readdir(stateDir)).toContainEqual(expect.stringMatching(/^journal\.db\.corrupt-/));
    const stamps = stampsAt(server);
    expect(stamps).toEqual([...new Set(stamps)].toSorted((a, b) => a - b));
    expect(stamps.length).toBeGreaterThan(100);
  });

  test('that is no database at all is put aside, and the service reads on', async ({ scene }) => {
    const stateDir = await scene.folder();
    await mkdir(stateDir, { recursive: true });
    await writeFile(join(stateDir, 'journal.db'), 'this is no database, however long one looks at it\n'.repeat(200));
    const server = await scene.server();
    const line = await scene.tcpLine();
    const service = await scene.service({
      config: { source: line.source, endpoints: endpointsOf({ home: [server, 'v1'] }) },
      stateDir,
    });
    await line.opened();
    await print(line, scene.telegrams(3), 10);
    await until(() => server.rows.length === 3, 15_000);

    expect(service.lines).toContainEqual(expect.stringMatching(/journal: damaged .*put aside as .*, 0 telegrams/));
  });
});

/** So many telegrams in the journal of a service that has stopped, and that its only server never got. */
async function keepTelegrams(scene: Scene, count: number) {
  const server = await scene.server();
  await server.stop();
  const [line, stateDir] = [await scene.tcpLine(), await scene.folder()];
  const config = { source: line.source, endpoints: endpointsOf({ home: [server, 'v1'] }) };
  const service = await scene.service({ config, stateDir });
  await line.opened();
  await print(line, scene.telegrams(count), 1);
  await until(async () => (await service.outbox())[0]?.waiting === count, 20_000);
  expect(await service.stop()).toBe(0);
  return { server, line, stateDir, config };
}

/** The version of its schema stands in a database's header. Source: sqlite.org/fileformat.html §1.3. */
async function makeNewer(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(Buffer.from([0, 0, 0, 99]), 0, 4, 60);
  await file.close();
}

const DAMAGE = Buffer.alloc(4_096, 'damage');

/** Puts other bytes in the place of a few pages, at this part of the file. */
async function overwrite(path: string, part: number): Promise<void> {
  const file = await open(path, 'r+');
  const { size } = await file.stat();
  await file.write(DAMAGE, 0, DAMAGE.length, Math.floor(size * part));
  await file.close();
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { Database } from '../../src/storage/database.ts';
import { endpointsOf, telegramsAt, test, type Scene } from '../support/scene.ts';
import { CLI, runCommand, until, type Service } from '../support/service.ts';

const START = '2026-03-29T00:59:30+01:00';
const NOWHERE = { name: 'home', type: 'dsmr-v1', url: 'http://127.0.0.1:9', key: 'key-of-a-server-that-is-not-there' };
const simulated = (name: string, telegrams: number) => ({
  ...{ name, type: 'simulator', interval: '0s', telegrams, start: START },
});

/** A service that has accepted so many telegrams of a house, for a server that is not there. */
async function accepted(scene: Scene, telegrams: number, sources = [simulated('meter', telegrams)]) {
  const stateDir = await scene.folder();
  const endpoint = { ...NOWHERE, source: sources[0]!.name };
  const options = { config: { sources, endpoints: [endpoint] }, stateDir };
  const service = await scene.service(options);
  await until(async () => (await acceptedBy(service)) === telegrams * sources.length, 20_000);
  // Not of the scene: its telegrams are what was asked for, and no leak.
  const ask = (...args: string[]) => runCommand(['journal', ...args], options);
  /** Once more, with a meter that prints nothing. */
  const startAgain = async (): Promise<void> => {
    const silent = sources.map(({ name }) => ({ name, type: 'tcp', host: '127.0.0.1', port: 9 }));
    const again = await scene.service({ config: { sources: silent, endpoints: [endpoint] }, stateDir });
    await again.outbox();
  };
  return { service, stateDir, options, ask, startAgain };
}

async function acceptedBy(service: Service): Promise<number> {
  const { sources } = await service.health();
  return sources.reduce((sum, source) => sum + source.accepted, 0);
}

/** What the simulated house prints, as `p1-relay simulate` does. */
async function simulate(telegrams: number): Promise<string> {
  const times = ['--interval', '0s', '--start', START, '--telegrams', String(telegrams)];
  return (await runCommand(['simulate', '--stdout', ...times])).stdout;
}

function change(stateDir: string, sql: string): void {
  const db = new Database(join(stateDir, 'journal.db'));
  db.exec(sql);
  db.close();
}

/** Every file but the socket that a killed service leaves. */
function contentOf(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name !== 'control.sock');
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name)).toString('base64')]));
}

describe.for([['the service runs'], ['no service runs']])('journal, where %s', ([where]) => {
  const stops = where === 'no service runs';

  test('stats: what is kept, of when, and how its endpoints stand', async ({ scene }) => {
    const { service, ask } = await accepted(scene, 20);
    if (stops) await service.stop();

    const { code, stdout } = await ask('stats', '--json');
    expect(code).toBe(0);
    const stats = JSON.parse(stdout) as { bytes: { file: number }; sources: { from: string; to: string }[] };
    expect(stats).toMatchObject({
      telegrams: 20,
      sources: [{ name: 'meter', telegrams: 20 }],
      endpoints: [{ name: 'home', source: 'meter', waiting: 20, delivered: 0, found: 0, possiblyTwice: 0, dead: 0 }],
      quarantined: [],
    });
    expect(stats.bytes.file).toBeGreaterThan(20 * 50);
    expect(Date.now() - Date.parse(stats.sources[0]!.from)).toBeLessThan(60_000);

    const text = (await ask()).stdout;
    expect(text).toMatch(/^20 telegrams kept; file \d.* kB, in use .*, \d+ bytes a telegram; disk has .* left\n/);
    expect(text).toMatch(/\nmeter +20  20\d\d-.*Z  20\d\d-.*Z\n/);
    expect(text).toMatch(/\nhome +20  20\d\d-.*Z +0 +0 +0 +0 +0 +0 +0 +0\n/);
  });

  test('export: byte for byte, in order, what the meter printed', async ({ scene }) => {
    const { service, ask } = await accepted(scene, 700);
    if (stops) await service.stop();

    const { code, stdout, stderr } = await ask('export', 'beginning', 'now');
    expect([code, stderr]).toEqual([0, '700 telegrams exported\n']);
    expect(stdout).toBe(await simulate(700));
    expect(await ask('export', 'beginning', '1h')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: '0 telegrams exported\n',
    });
    expect((await ask('export', '1h', 'now', '--source', 'meter')).stdout).toBe(stdout);
  });

  test('export --source: one of two meters', async ({ scene }) => {
    const { service, ask } = await accepted(scene, 5, [simulated('house', 5), simulated('barn', 5)]);
    if (stops) await service.stop();

    expect(await ask('export', 'beginning', 'now')).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/telegrams of (house and barn|barn and house) are mixed: --source takes/) as string,
    });
    expect((await ask('export', 'beginning', 'now', '--source', 'barn')).stdout).toBe(await simulate(5));
    expect(await ask('export', 'beginning', 'now', '--source', 'attic')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^p1-relay: no source attic; there is: (house, barn|barn, house)\n$/) as string,
    });
  });

  test('export ends quietly when its reader has had enough', async ({ scene }) => {
    const { service, options } = await accepted(scene, 2_000);
    if (stops) await service.stop();
    const child = spawn(CLI, ['journal', 'export', 'beginning', 'now'], {
      env: { ...process.env, P1_RELAY_STATE__DIR: options.stateDir },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stderr: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    await once(child.stdout, 'data');
    child.stdout.destroy();

    expect(await once(child, 'close')).toEqual([0, null]);
    expect(Buffer.concat(stderr).toString()).not.toMatch(/error|EPIPE/i);
  });

  test('verify names what is damaged, export leaves it out, and both say so with exit code 1', async ({ scene }) => {
    const { service, stateDir, ask, startAgain } = await accepted(scene, 20);
    await service.stop();
    change(stateDir, 'UPDATE telegram SET crc = crc + 1 WHERE seq IN (3, 4, 9)');
    const before = await simulate(20);
    if (!stops) await startAgain();

    const { code, stdout } = await ask('verify');
    expect(code).toBe(1);
    const [looked, run, one] = stdout.split('\n');
    expect(looked).toBe('20 telegrams, 1 dictionary and 0 dead letters read');
    expect(run).toMatch(/^damaged: telegram 3 to 4 \(received 20\d\d-.*Z\): its bytes are damaged$/);
    expect(one).toMatch(/^damaged: telegram 9 \(received 20\d\d-\S*Z\): its bytes are damaged$/);

    const exported = await ask('export', 'beginning', 'now');
    expect(exported.code).toBe(1);
    expect(exported.stderr).toMatch(
      /^left out: damaged: telegram 3 to 4 .*\nleft out: .*telegram 9 .*\n17 telegrams exported/,
    );
    const telegrams = before.split(/(?<=\n)(?=\/)/);
    expect(exported.stdout).toBe(telegrams.filter((_, index) => ![2, 3, 8].includes(index)).join(''));
  });
});

test('what is exported, a source of type file delivers as it was', async ({ scene }) => {
  const { service, ask } = await accepted(scene, 50);
  const { stdout } = await ask('export', 'beginning', 'now');
  await service.stop();
  const folder = await scene.folder();
  writeFileSync(join(folder, 'capture.bin'), stdout);
  const server = await scene.server();
  const source = { name: 'meter', type: 'file', path: join(folder, 'capture.bin') };
  const replayed = await scene.launch({
    config: { source, endpoints: endpointsOf({ home: [server, 'v1'] }) },
    args: ['--until-delivered'],
  });

  expect(await replayed.exited()).toBe(0);
  const printed = await simulate(50);
  expect(telegramsAt(server).join('')).toBe(printed);
});

describe('journal verify', () => {
  test('of a journal that is whole and delivered: one line, and exit code 0', async ({ scene }) => {
    const [server, stateDir] = [await scene.server(), await scene.folder()];
    const config = { source: simulated('meter', 10), endpoints: endpointsOf({ home: [server, 'v1'] }) };
    const service = await scene.service({ config, stateDir });
    await until(() => server.rows.length === 10, 20_000);
    const whole = { code: 0, stdout: 'whole: 10 telegrams, 1 dictionary and 0 dead letters read\n' };
    await until(async () => (await service.outbox())[0]?.waiting === 0, 5_000);
    expect(await scene.command(['journal', 'verify'], { config, stateDir })).toMatchObject(whole);
    await service.stop();
    expect(await scene.command(['journal', 'verify'], { config, stateDir })).toMatchObject(whole);
  });

  test('a letter that waits is a finding once no service runs, or after a minute', async ({ scene }) => {
    const { service, ask, stateDir, startAgain } = await accepted(scene, 5);
    expect(await ask('verify')).toMatchObject({ code: 0 });
    await service.stop();
    const waiting = /^waiting: 5 letters for endpoint home, the oldest since 20\d\d-\S*Z$/m;
    expect(await ask('verify')).toMatchObject({ code: 1, stdout: expect.stringMatching(waiting) as string });
    change(stateDir, 'UPDATE telegram SET at = at - 61000');
    await startAgain();
    expect(await ask('verify')).toMatchObject({ code: 1, stdout: expect.stringMatching(waiting) as string });
  });

  test('a letter that an endpoint waits for and that is not there is missing', async ({ scene }) => {
    const { service, ask, stateDir } = await accepted(scene, 5);
    await service.stop();
    change(stateDir, 'DELETE FROM telegram WHERE seq = 4');
    const { code, stdout } = await ask('verify');
    expect(code).toBe(1);
    expect(stdout).toContain('missing: 1 letter of the 5 that wait for endpoint home\n');
    const json = JSON.parse((await ask('verify', '--json')).stdout) as object;
    expect(json).toMatchObject({ ok: false, service: 'stopped', endpoints: [{ waiting: 5, found: 4, missing: 1 }] });
  });

  test('leaves every file as it is, also one that is no journal', async ({ scene }) => {
    const { service, ask, stateDir } = await accepted(scene, 5);
    await service.kill();
    const killed = contentOf(stateDir);
    expect((await ask('verify')).stdout).toMatch(/^5 telegrams/);
    expect(contentOf(stateDir)).toEqual(killed);

    const folder = await scene.folder();
    writeFileSync(join(folder, 'journal.db'), 'no journal '.repeat(1_000));
    const before = contentOf(folder);
    const { code, stdout } = await runCommand(['journal', 'verify'], { env: { P1_RELAY_STATE__DIR: folder } });
    expect([code, stdout]).toEqual([
      1,
      `damaged: ${folder}/journal.db cannot be opened: file is not a database; it was left as it is: the service saves what it can when it starts\n`,
    ]);
    expect(contentOf(folder)).toEqual(before);
  });

  test('where there is no journal: exit code 69', async ({ scene }) => {
    const folder = await scene.folder();
    const { code, stderr } = await scene.command(['journal', 'verify'], { env: { P1_RELAY_STATE__DIR: folder } });
    expect(code).toBe(69);
    expect(stderr).toContain(folder);
  });
});

test('telegrams go on being accepted and delivered while a journal is verified and exported', async ({ scene }) => {
  const [server, stateDir] = [await scene.server(), await scene.folder()];
  const sources = [simulated('past', 6_000), { ...simulated('meter', 1_000_000), interval: '10ms' }];
  const endpoints = endpointsOf({ home: [server, 'v1'] }).map((endpoint) => ({ ...endpoint, source: 'meter' }));
  const service = await scene.service({ config: { sources, endpoints }, stateDir });
  const delivered = async (): Promise<number> => (await service.outbox())[0]?.delivered ?? 0;
  await until(async () => (await acceptedBy(service)) > 6_000, 60_000);

  const options = { env: { P1_RELAY_STATE__DIR: stateDir } };
  const before = await delivered();
  const [verified, exported] = await Promise.all([
    runCommand(['journal', 'verify', '--json'], options),
    runCommand(['journal', 'export', 'beginning', 'now', '--source', 'past'], options),
  ]);
  expect(await delivered()).toBeGreaterThan(before);
  expect((await service.health()).unaccepted).toBeLessThan(60);
  expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true, service: 'running', damaged: [] });
  expect(exported.stdout.match(/^\//gm)).toHaveLength(6_000);
});

test.for([
  [['export'], /from when, up to when\? say `p1-relay journal export FROM TO`/],
  [['export', 'yesterday', 'now'], /got "yesterday", expected beginning, now, a day/],
  [['export', 'now', '2d'], /FROM is after TO/],
  [['verify', 'now'], /verify takes no times/],
  [['burn'], /burn/],
] as const)('journal %j is a mistake: exit code 2', async ([args, text], { scene }) => {
  const { code, stderr } = await scene.command(['journal', ...args]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(text)]);
});

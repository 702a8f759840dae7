import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { describeWithTools } from '../support/tools.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

// One second more than startsecs, times what a loaded machine may need.
const UP_TIMEOUT_MS = 30_000;

describeWithTools('the supervisor configuration', ['supervisord', 'supervisorctl'], () => {
  let folder: string;
  let supervisord: ChildProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'p1-relay-sv-'));
    await symlink(join(root, 'dist/cli.js'), join(folder, 'p1-relay'));
    await writeFile(join(folder, 'config.yaml'), configuration(folder));
    await writeFile(join(folder, 'supervisord.conf'), daemonSettings(folder) + (await programSettings(folder)));
    const path = [folder, dirname(process.execPath), process.env['PATH']].join(delimiter);
    const env = { ...process.env, PATH: path, P1_RELAY_CONFIG: join(folder, 'config.yaml') };
    supervisord = spawn('supervisord', ['-n', '-c', join(folder, 'supervisord.conf')], { env, stdio: 'ignore' });
    await running();
  });

  afterAll(async () => {
    supervisord.kill('SIGTERM');
    await once(supervisord, 'close');
    await rm(folder, { recursive: true });
  });

  // supervisorctl says by its exit code too that a program does not run, so a failed call still has an answer.
  const control = async (...args: string[]): Promise<string> => {
    const command = ['-c', join(folder, 'supervisord.conf'), ...args];
    return run('supervisorctl', command).then(
      ({ stdout }) => stdout.trim(),
      (error: unknown) => (error as { stdout: string }).stdout.trim(),
    );
  };
  const running = async (): Promise<number> => {
    const up = async () => expect(await control('status', 'p1-relay')).toMatch(/RUNNING/);
    await vi.waitFor(up, { timeout: UP_TIMEOUT_MS, interval: 500 });
    return Number(await control('pid', 'p1-relay'));
  };
  const log = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');

  test('starts the program, killed or not, stops it with TERM, and keeps what it prints', async () => {
    const first = await running();
    process.kill(first, 'SIGKILL');
    await vi.waitFor(async () => expect(await control('pid', 'p1-relay')).not.toBe(String(first)), { timeout: 10_000 });
    const second = await running();

    expect(second).not.toBe(first);

    await control('stop', 'p1-relay');

    expect(await control('status', 'p1-relay')).toMatch(/STOPPED/);
    expect(await log('supervisord.log')).toMatch(/terminated by SIGKILL[^]*stopped: p1-relay \(exit status 0\)/);
    // Once for each start.
    expect((await log('p1-relay.log')).match(/configuration from .*config\.yaml/g)).toHaveLength(2);
  });
});

// A meter that talks and a server that is down: what is under test is the life of the process.
function configuration(folder: string): string {
  return `source: { type: simulator }
endpoints: [{ name: home, type: dsmr-v1, url: "http://127.0.0.1:9", key: { env: HOME } }]
state: { dir: "${folder}/state" }
`;
}

function daemonSettings(folder: string): string {
  return `[supervisord]
logfile=${folder}/supervisord.log
pidfile=${folder}/supervisord.pid
[unix_http_server]
file=${folder}/control.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://${folder}/control.sock
`;
}

// Everything as installed but the user, whom this machine need not have, and the folder of the log.
async function programSettings(folder: string): Promise<string> {
  const text = await readFile(join(root, 'deploy/supervisor/p1-relay.conf'), 'utf8');
  return text.replace(/^user=.*$/m, '').replace('/var/log/supervisor', folder);
}

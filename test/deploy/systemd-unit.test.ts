import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWithTools } from '../support/tools.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

describeWithTools('the systemd unit', ['systemd-analyze'], () => {
  let folder: string;
  let unit: string;

  // The program is not installed here, so the unit is pointed at the built one.
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'p1-relay-unit-'));
    unit = join(folder, 'p1-relay.service');
    const text = await readFile(join(root, 'deploy/systemd/p1-relay.service'), 'utf8');
    await writeFile(unit, text.replace('ExecStart=p1-relay ', `ExecStart=${join(root, 'dist/cli.js')} `));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('is understood by systemd, every line of it', async () => {
    const { stderr } = await run('systemd-analyze', ['verify', '--man=no', unit]);

    expect(stderr.split('\n').filter((line) => line.includes('p1-relay'))).toEqual([]);
  });

  test('exposes no more than 2.0 of the 10 that systemd counts for an open service', async () => {
    const offline = ['security', '--offline=true', '--threshold=20', '--no-pager'];

    await expect(run('systemd-analyze', [...offline, unit])).resolves.toBeDefined();
  });

  // The yardstick for the one above: with its sandbox taken away the same unit must fail.
  test('would fail that gate without its sandbox', async () => {
    const open = join(folder, 'open.service');
    await writeFile(open, '[Service]\nExecStart=/bin/true\n');

    await expect(run('systemd-analyze', ['security', '--offline=true', '--threshold=20', open])).rejects.toThrow();
  });
});

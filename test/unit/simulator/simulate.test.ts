import { kit } from '../../../src/settings/values.ts';
import { Command } from 'commander';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { simulate } from '../../../src/commands/simulate.ts';
import { serial } from '../../../src/sources/serial.ts';
import { ptyAvailable } from '../../support/pty.ts';

if (!ptyAvailable.yes) console.warn(`one is skipped: ${ptyAvailable.reason}`);

test('to standard output: so many telegrams, with stamps a second apart over the clock change', async () => {
  const args = ['--stdout', '--interval', '0s', '--telegrams', '3', '--start', '2025-03-30T01:59:58+01:00'];
  const run = start(args);
  expect(await run.outcome).toBe('ok');
  const stamps = [...run.stdout().matchAll(/0-0:1\.0\.0\((\d{12}[SW])\)/g)].map(([, stamp]) => stamp);
  expect(stamps).toEqual(['250330015958W', '250330015959W', '250330030000S']);
});

test('to standard output: a step of a minute is a minute on the clock, and the energy of a minute', async () => {
  const args = [
    '--stdout',
    '--interval',
    '0s',
    '--telegrams',
    '1440',
    '--step',
    '60s',
    '--start',
    '2025-01-15T00:00:00Z',
  ];
  const run = start(args);
  expect(await run.outcome).toBe('ok');
  const print = run.stdout();
  const numbers = (obis: string): number[] =>
    [...print.matchAll(new RegExp(`1-0:${obis}\\((\\d+\\.\\d+)\\*kW`, 'g'))].map(([, digits]) => Number(digits));
  expect(print).toContain('0-0:1.0.0(250115010000W)');
  expect(print).toContain('0-0:1.0.0(250116005900W)');
  const kW = numbers('1\\.7\\.0').reduce((sum, one) => sum + one, 0);
  const [low, normal] = [numbers('1\\.8\\.1'), numbers('1\\.8\\.2')];
  const kWh = low.at(-1)! - low[0]! + normal.at(-1)! - normal[0]!;
  // Power is printed in whole W, registers in whole Wh, and the first telegram ends its own minute.
  expect(Math.abs(kWh - kW / 60)).toBeLessThan(0.2);
});

test('to a TCP port: begins when somebody connects, and closes after the last telegram', async () => {
  const run = start(['--tcp', '0', '--interval', '0s', '--telegrams', '40']);
  const [text] = (await once(run.io.stderr, 'data')) as [Buffer];
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(text.toString())?.[1]);
  const client = createConnection(port, '127.0.0.1');
  let got = '';
  client.setEncoding('latin1').on('data', (more: string) => (got += more));
  await once(client, 'end');
  expect(got.match(/^![0-9A-F]{4}\r$/gm)).toHaveLength(40);
  client.destroy();
  expect(await run.outcome).toBe('ok');
});

test.skipIf(!ptyAvailable.yes)('to a pseudo-terminal: the serial source reads it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'p1-relay-simulate-'));
  const link = join(folder, 'meter');
  const run = start(['--pty', link, '--interval', '0s', '--baud', '0']);
  await once(run.io.stderr, 'data');
  let got = '';
  for await (const bytes of serial.create(serial.settings(kit).parse({ port: link })).open(run.stop.signal)) {
    got += Buffer.from(bytes).toString('latin1');
    if (got.length > 5_000) break;
  }
  expect(got).toMatch(/^\/SIM5/);
  run.stop.abort();
  expect(await run.outcome).toBe('ok');
  await rm(folder, { recursive: true });
});

test('an abort ends it while nobody listens', async () => {
  const run = start(['--tcp', '0']);
  run.stop.abort();
  expect(await run.outcome).toBe('ok');
});

test('a place that cannot be had is named', async () => {
  const run = start(['--pty', '/nonexistent/meter']);
  expect(await run.outcome).toBe('unavailable');
  expect(run.stderr()).toMatch(/^no simulated meter: .*\/nonexistent\/meter.*\n$/);
});

test.each([
  [[], 'error: say where to: --pty LINK, --tcp PORT or --stdout'],
  [['--stdout', '--interval', 'soon'], "argument 'soon' is invalid. expected a time such as 20s"],
  [['--stdout', '--telegrams', 'many'], "argument 'many' is invalid."],
  [['--tcp', 'meter'], 'Expected PORT or HOST:PORT'],
  [['--tcp', '1', '--stdout'], 'cannot be used with'],
])('%j is a mistake that is explained', async (args, message) => {
  await expect(start(args).outcome).rejects.toThrow(message);
});

/** Runs the command in this process as `cli.ts` does. */
function start(args: readonly string[]) {
  const stop = new AbortController();
  const io = {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    env: {},
    signal: stop.signal,
  };
  const texts = { stdout: '', stderr: '' };
  io.stdout.on('data', (bytes: Buffer) => (texts.stdout += bytes.toString('latin1')));
  io.stderr.on('data', (bytes: Buffer) => (texts.stderr += bytes.toString()));
  let outcome: unknown;
  const command = simulate.arguments(new Command('simulate'));
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  command.action(async () => {
    outcome = await simulate.run(command.args, command.opts(), io);
  });
  return {
    io,
    stop,
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    outcome: command.parseAsync(['node', 'simulate', ...args]).then(() => outcome),
  };
}

import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { fields } from '../../../src/commands/fields.ts';

async function run(...args: string[]): Promise<{ outcome: string; printed: string; errors: string }> {
  const command = fields.arguments(new Command('fields')).parse(args, { from: 'user' });
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io = { stdin: Readable.from([]), stdout, stderr, env: {}, signal: new AbortController().signal };
  const outcome = await fields.run(command.args, command.opts(), io);
  stdout.end();
  stderr.end();
  return { outcome, printed: await text(stdout), errors: await text(stderr) };
}

test('shows each field with its references, unit and countries', async () => {
  const { outcome, printed } = await run();
  expect(outcome).toBe('ok');
  expect(printed).toMatch(/^energyDelivered1 +1-0:1\.8\.1 1-1:1\.8\.1 +kWh +NL BE .* +energy delivered, tariff 1$/m);
  expect(printed).toMatch(/^deviceType +0-n:24\.1\.0 +NL BE LU +kind of device/m);
  expect(printed).toMatch(/^M-Bus devices$/m);
});

test('of one country shows what its meters print', async () => {
  const { printed } = await run('--country', 'SE');
  expect(printed).toContain('energyDelivered ');
  expect(printed).not.toContain('energyDelivered1');
  expect(printed).not.toContain('M-Bus devices');
});

test('names the countries that it knows', async () => {
  const { outcome, printed, errors } = await run('--country', 'nl');
  expect({ outcome, printed }).toEqual({ outcome: 'failed', printed: '' });
  expect(errors).toBe(
    'no meter of the country nl is known: expected one of AT, BE, CH, DE, FI, HU, IL, LT, LU, NL, NO, SE\n',
  );
});

test('prints the same as JSON', async () => {
  const rows = JSON.parse((await run('--json')).printed) as Record<string, unknown>[];
  expect(rows).toContainEqual({
    subject: 'M-Bus devices',
    name: 'deviceType',
    obis: ['0-n:24.1.0'],
    kind: 'count',
    countries: ['NL', 'BE', 'LU'],
    about: 'kind of device after EN 13757-3: 3 gas, 4 heat, 7 water',
  });
});

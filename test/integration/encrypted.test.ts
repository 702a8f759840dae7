import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect } from 'vitest';
import { encryptor } from '../../src/simulator/encrypt.ts';
import { print, type MeterLine } from '../support/meter-line.ts';
import { describeWithPty } from '../support/pty.ts';
import { asText, endpointsOf, telegramsAt, test, type Scene } from '../support/scene.ts';
import { CLI, runCommand, until } from '../support/service.ts';

const KEY = '000102030405060708090A0B0C0D0E0F';
const AUTHENTICATION_KEY = 'F0E0D0C0B0A090807060504030201000';
/** Of another meter, with the authentication key of Luxembourg. */
const SMARTY = join(import.meta.dirname, '../fixtures/telegrams/derived/lu-smarty-encrypted.bin');
const EVERY_MS = 50;

test('a meter that encrypts, behind TCP: its telegrams are delivered in clear', async ({ scene }) => {
  await expectDeliveredInClear(scene, await scene.tcpLine());
});

describeWithPty('on a serial port', () => {
  test('a meter that encrypts: its telegrams are delivered in clear', async ({ scene }) => {
    await expectDeliveredInClear(scene, await scene.serialLine());
  });
});

async function expectDeliveredInClear(scene: Scene, line: MeterLine): Promise<void> {
  const home = await scene.server();
  const file = join(await scene.folder(), 'key-of-meter');
  await writeFile(file, `${KEY}\n`, { mode: 0o600 });
  const source = { ...line.source, key: { file }, authenticationKey: AUTHENTICATION_KEY };
  const service = await scene.service({ config: { source, endpoints: endpointsOf({ home: [home, 'v1'] }) } });
  await line.opened();

  const telegrams = scene.telegrams(20);
  const encrypt = encryptor(KEY, AUTHENTICATION_KEY);
  const frames = telegrams.map(encrypt);
  const stranger = encryptor('FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF', AUTHENTICATION_KEY)(telegrams[0]!);
  const cut = frames[4]!.subarray(0, 600);
  await print(line, [...frames.slice(0, 10), stranger, cut, ...frames.slice(10), frames[19]!], EVERY_MS);
  await until(() => home.rows.length >= 21, 20_000);

  const { sources } = await service.health();
  expect(sources).toMatchObject([
    { accepted: 21, rejected: { decryption: 1, truncated: 1 }, replayed: 1, unverified: 0 },
  ]);
  expect(await service.stop()).toBe(0);
  expect(telegramsAt(home)).toEqual(asText([...telegrams, telegrams[19]!]));
  expect(service.lines.join('\n')).toContain('its frame counter does not grow');
  expect(service.lines.filter((text) => text.includes(KEY) || text.includes(AUTHENTICATION_KEY))).toEqual([]);

  const { stdout } = await runCommand(['journal', 'export', 'beginning', 'now'], {
    config: { source: { name: 'meter', type: 'simulator' } },
    stateDir: service.stateDir,
  });
  expect(stdout.startsWith(telegrams[0]!.toString('latin1'))).toBe(true);
}

describe('without its key', () => {
  test('a meter that encrypts is told as such', async ({ scene }) => {
    const line = await scene.line();
    const frames = scene.telegrams(3).map(encryptor(KEY, AUTHENTICATION_KEY));
    const config = { source: line.source, endpoints: [] };
    const service = await scene.service({ config });
    await line.opened();
    await print(line, frames, EVERY_MS);

    const remedy = 'set key of this source to the one that the grid operator gives out for this meter';
    await until(() => service.lines.some((text) => text.endsWith(`its telegrams are encrypted; ${remedy}`)), 10_000);
    const { problems } = await service.health();
    expect(problems).toContain(`source meter: its telegrams are encrypted; ${remedy}`);
    await service.stop();
  });

  test.for([
    [{}, '1 telegram rejected (encrypted): set key of this source'],
    [
      { key: KEY, authenticationKey: AUTHENTICATION_KEY },
      '1 telegram rejected (decryption): key or authenticationKey is not that of this meter',
    ],
  ] as const)('or with a wrong one (%j), check names the setting', async ([keys, said], { scene }) => {
    const config = { source: { type: 'file', path: SMARTY, ...keys }, endpoints: [] };
    const { code, stdout } = await scene.command(['check', '--online'], { config });
    expect(code).toBe(1);
    expect(stdout).toContain(said);
  });
});

test('simulate plays a meter that encrypts, and decode reads it', async ({ scene }) => {
  const file = join(await scene.folder(), 'key-of-meter');
  await writeFile(file, `${KEY}\n`);
  const args = ['--stdout', '--interval', '0s', '--telegrams', '3', '--key', `@${file}`];
  const capture = join(await scene.folder(), 'capture.bin');
  const { stdout: bytes } = await promisify(execFile)(CLI, ['simulate', ...args], { encoding: 'buffer' });
  await writeFile(capture, bytes);
  const { code, stdout } = await runCommand(['decode', '--key', `@${file}`, capture]);
  expect(code).toBe(0);
  expect(stdout.match(/"encryption":\{"tag":"verified","counter":\d\}/g)).toHaveLength(3);
});

test.for([
  [KEY.slice(1), 'expected 32 hexadecimal digits'],
  ['@/no/such/file', '/no/such/file does not exist, expected a file with the secret'],
])('a key of another form ends decode with exit code 2, and is not shown', async ([key = '', said], { scene }) => {
  const { code, stderr } = await scene.command(['decode', '--key', key]);
  expect(code).toBe(2);
  expect(stderr).toContain(said);
  expect(stderr).not.toContain(KEY.slice(1));
});

import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { PortReport } from '../../src/commands/ports-report.ts';
import { print } from '../support/meter-line.ts';
import { describeWithPty, openPty, talkAt } from '../support/pty.ts';
import { asText, endpointsOf, telegramsAt, test, type Scene } from '../support/scene.ts';
import { until } from '../support/service.ts';
import { fixture } from '../support/telegrams.ts';

/** Of a meter of DSMR 2, each byte with its parity bit. */
const OLD_TELEGRAM = fixture('derived/synth-dsmr22-7e1-read-as-8n1.bin');
const HDLC = Buffer.from('7ea00a410883131304e6e77e', 'hex');
/** For one speed; those who listen for less hear nothing on a machine that is busy. */
const LISTEN = ['--listen', '3'];

describeWithPty('p1-relay ports', () => {
  test('says of each port what is heard on it: a meter, one that is not read, silence', async ({ scene }) => {
    const [telegram] = scene.telegrams(1);
    const meter = await talker(scene, 115_200, telegram!);
    const hdlc = await talker(scene, 9_600, HDLC);
    const silent = await port(scene);

    const { code, stdout } = await scene.command(['ports', ...LISTEN, '--json', meter, hdlc, silent]);

    expect(JSON.parse(stdout)).toMatchObject([
      {
        port: meter,
        state: 'meter',
        heard: { looksLike: 'p1', baudRate: 115_200, checksum: 'valid' },
        source: { type: 'serial', port: meter },
      },
      { port: hdlc, state: 'other', heard: { looksLike: 'hdlc', baudRate: 9_600 } },
      { port: silent, state: 'silent' },
    ] satisfies Partial<PortReport>[] | object[]);
    expect(code).toBe(0);
  });

  test('finds an old meter, and says how to read it', async ({ scene }) => {
    const path = await talker(scene, 9_600, OLD_TELEGRAM);
    const { code, stdout } = await scene.command(['ports', ...LISTEN, path]);
    expect(stdout).toContain(`source: { type: serial, port: ${path}, baudRate: 9600, dataBits: 7, parity: even }`);
    expect(stdout).toMatch(/without CRC16/);
    expect(code).toBe(0);
  });

  test('never opens the port that a running service reads, and says that it is read', async ({ scene }) => {
    const home = await scene.server();
    const line = await scene.serialLine();
    const config = { source: line.source, endpoints: endpointsOf({ home: [home, 'v1'] }) };
    const service = await scene.service({ config });
    await line.opened();
    const path = join(await scene.folder(), 'cable');
    await symlink(String(line.source['port']), path);

    const telegrams = scene.telegrams(10);
    const [{ code, stdout }] = await Promise.all([scene.command(['ports', path]), print(line, telegrams, 200)]);
    await until(() => home.rows.length >= 10, 15_000);

    expect(stdout).toContain(`in use by p1-relay (pid ${service.pid}), not opened; \`p1-relay health\` says`);
    expect(code).toBe(0);
    expect(telegramsAt(home)).toEqual(asText(telegrams));
  });

  test('exits 1 where it heard no meter, and 2 where it is asked wrongly', async ({ scene }) => {
    const path = await port(scene);
    const silent = await scene.command(['ports', '--listen', '1', path]);
    expect(silent).toMatchObject({ code: 1, stdout: expect.stringContaining('not a byte came') as string });
    expect(await scene.command(['ports', '--listen', '0', path])).toMatchObject({ code: 0 });
    const wrong = await scene.command(['ports', '--listen', 'long', path]);
    expect(wrong).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Expected whole seconds, 0 to 600.') as string,
    });
    expect((await scene.command(['ports', '--help'])).stdout).toContain('$ p1-relay ports --listen 0');
  });
});

describeWithPty('baudRate: auto', () => {
  test('finds the speed of an old meter, and delivers every telegram from the first on', async ({ scene }) => {
    const home = await scene.server({ profile: 'nl-2-3' });
    const path = await talker(scene, 9_600, OLD_TELEGRAM);
    const source = { type: 'serial', port: path, baudRate: 'auto' };
    const service = await scene.service({ config: { source, endpoints: endpointsOf({ home: [home, 'v1'] }) } });

    await until(() => home.rows.length >= 3, 40_000);

    const text = Buffer.from(OLD_TELEGRAM.map((byte) => byte & 0x7f)).toString('latin1');
    expect(telegramsAt(home).slice(0, 3)).toEqual([text, text, text]);
    const said = `source serial: found on ${path} at 9600 baud`;
    expect(service.lines.filter((line) => line.endsWith(said))).toHaveLength(1);
    expect((await service.health()).notes).toContain(said);
  });
});

async function port(scene: Scene): Promise<string> {
  const pty = await openPty();
  scene.atEnd(() => pty.close());
  return pty.path;
}

/** The port of a meter that prints until the test is over. */
async function talker(scene: Scene, baudRate: number, telegram: Uint8Array): Promise<string> {
  const pty = await openPty();
  const stop = new AbortController();
  const talking = talkAt(pty, baudRate, telegram, stop.signal);
  scene.atEnd(async () => {
    stop.abort();
    await talking;
    await pty.close();
  });
  return pty.path;
}

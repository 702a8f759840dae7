import { expect } from 'vitest';
import type { DsmrReader } from '../support/dsmr-reader.ts';
import { print, type MeterLine } from '../support/meter-line.ts';
import { describeWithPty } from '../support/pty.ts';
import { asText, telegramsAt, test, type Scene } from '../support/scene.ts';
import { until } from '../support/service.ts';
import { fixture } from '../support/telegrams.ts';

const TELEGRAMS = 60;
/** Slow enough for a line of 9600 baud to fall quiet between two telegrams. */
const EVERY_MS = 400;
/** As old as a telegram without a clock may be before API v1 would stamp it wrongly. */
const STALE_MS = 10_000;
/** The stamp is cut to whole seconds; the rest is what a busy machine may take. */
const CAPTURED_WITHIN_MS = 2_000;

describeWithPty("the variables of DSMR-reader's own script, and nothing else", () => {
  test('a DSMR 5 meter: each telegram goes through API v1 as the meter printed it', async ({ scene }) => {
    const [server, line] = [await scene.server(), await scene.serialLine()];
    const service = await scene.service({ env: environment(line, server) });
    await line.opened();

    const telegrams = scene.telegrams(TELEGRAMS);
    await print(line, telegrams, 50);
    await until(() => server.rows.length >= TELEGRAMS, 20_000);

    expect(await service.stop()).toBe(0);
    expect(telegramsAt(server)).toEqual(asText(telegrams));
  });

  test('a DSMR 3 meter at 9600 7E1 without a checksum: each telegram goes through API v1', async ({ scene }) => {
    const { server, line, telegrams } = await startWithOldMeter(scene);

    await print(line, telegrams.map(withEvenParity), 50);
    await until(() => server.rows.length >= TELEGRAMS, 20_000);

    expect(telegramsAt(server)).toEqual(asText(telegrams));
  });

  test('a DSMR 3 meter, the server away for a while: what was kept goes through API v2, at the time it was read', async ({
    scene,
  }) => {
    const { server, line, telegrams } = await startWithOldMeter(scene);

    await server.stop();
    const printing = print(line, telegrams.map(withEvenParity), EVERY_MS);
    const begun = Date.now();
    await until(() => Date.now() - begun > STALE_MS + 1_000, 20_000);
    await server.start();
    const writtenAt = await printing;
    await until(() => server.rows.length >= TELEGRAMS, 30_000);

    expect(server.rows.map(({ reading }) => reading['electricity_delivered_1'])).toEqual(telegrams.map(registerOf));
    expect(server.rows[0]?.api).toBe('v2');
    for (const [index, { api, reading }] of server.rows.entries()) {
      const lateMs = reading.timestamp - writtenAt[index]!.getTime();
      if (api === 'v2') expect(Math.abs(lateMs)).toBeLessThanOrEqual(CAPTURED_WITHIN_MS);
      else expect(lateMs).toBeLessThanOrEqual(STALE_MS + 1_000);
    }
  });
});

async function startWithOldMeter(scene: Scene) {
  const server = await scene.server({ profile: 'nl-2-3' });
  const line = await scene.serialLine();
  const telegrams = oldMeter(TELEGRAMS);
  scene.hide(telegrams[0]!);
  await scene.service({
    env: {
      ...environment(line, server),
      DSMRREADER_REMOTE_DATALOGGER_SERIAL_BAUDRATE: '9600',
      DSMRREADER_REMOTE_DATALOGGER_SERIAL_BYTESIZE: '7',
      DSMRREADER_REMOTE_DATALOGGER_SERIAL_PARITY: 'E',
    },
  });
  await line.opened();
  return { server, line, telegrams };
}

function environment({ source }: MeterLine, { url, key }: DsmrReader): Record<string, string> {
  return {
    DSMRREADER_REMOTE_DATALOGGER_INPUT_METHOD: 'serial',
    DSMRREADER_REMOTE_DATALOGGER_SERIAL_PORT: String(source['port']),
    DSMRREADER_REMOTE_DATALOGGER_API_HOSTS: url,
    DSMRREADER_REMOTE_DATALOGGER_API_KEYS: key,
  };
}

/** The sample of a DSMR 3 meter, its register of tariff 1 a watt-hour further each time. */
function oldMeter(count: number): Buffer[] {
  const sample = fixture('nl-dsmr-3.0.txt').toString('latin1');
  return Array.from({ length: count }, (_, index) =>
    Buffer.from(
      sample.replace('1-0:1.8.1(12345.678*', `1-0:1.8.1(${((12_345_678 + index) / 1_000).toFixed(3)}*`),
      'latin1',
    ),
  );
}

const registerOf = (telegram: Buffer): string => /1-0:1\.8\.1\(([\d.]+)\*/.exec(telegram.toString('latin1'))?.[1] ?? '';

/** Seven bits and a parity bit that makes their number of ones even: what a 7E1 line carries. */
function withEvenParity(bytes: Buffer): Buffer {
  return bytes.map((byte) => (onesIn(byte) % 2 === 0 ? byte : byte | 0x80)) as Buffer;
}

function onesIn(byte: number): number {
  return byte.toString(2).replaceAll('0', '').length;
}

import { chmod, readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { createDice } from '../support/dice.ts';
import { print } from '../support/meter-line.ts';
import { describeWithPty } from '../support/pty.ts';
import { asText, endpointsOf, stampsAt, telegramsAt, test } from '../support/scene.ts';
import { until, type Service } from '../support/service.ts';
import { asPlainUser } from '../support/tools.ts';

const PULLS = 20;
const EVERY_MS = 200;
/** A telegram that was written so long before the pull has been read, also by a process that waits for its turn. */
const SURELY_READ_MS = 300;

describeWithPty('a cable', () => {
  test(
    'pulled and put back 20 times at any moment: the service reads on, loses no whole telegram and spins no core',
    { timeout: 120_000 },
    async ({ scene }) => {
      const home = await scene.server();
      const link = join(await scene.folder(), 'port');
      const source = { name: 'meter', type: 'serial', port: link };
      const service = await scene.service({ config: { source, endpoints: endpointsOf({ home: [home, 'v1'] }) } });

      const dice = createDice(20);
      const telegrams = scene.telegrams(10 * PULLS);
      const surelyRead: string[] = [];
      for (let pull = 1; pull <= PULLS; pull++) {
        const line = await scene.serialLine(link);
        await line.opened();
        const some = telegrams.splice(0, 1 + Math.floor(dice() * 5));
        const writtenAt = await print(line, some, EVERY_MS);
        await wait(dice() * EVERY_MS);
        await line.write(telegrams.shift()!.subarray(0, Math.floor(dice() * 900)));
        const pulledAt = Date.now();
        await line.hangUp();
        const isRead = (_: Buffer, index: number): boolean => pulledAt - writtenAt[index]!.getTime() > SURELY_READ_MS;
        surelyRead.push(...asText(some.filter(isRead)));
        if (pull === PULLS / 2) expect(await idleShareOf(service)).toBeLessThan(0.2);
      }
      const delivered = (): string[] => telegramsAt(home);
      await until(() => surelyRead.every((telegram) => delivered().includes(telegram)), 15_000);

      expect(surelyRead.length).toBeGreaterThan(PULLS);
      expect(service.isRunning).toBe(true);
      expect(stampsAt(home)).toEqual([...new Set(stampsAt(home))].toSorted((a, b) => a - b));
    },
  );

  test('that is not there at the start is one line, and is read once it is plugged in', async ({ scene }) => {
    const home = await scene.server();
    const link = join(await scene.folder(), 'port');
    const source = { name: 'meter', type: 'serial', port: link };
    const service = await scene.service({ config: { source, endpoints: endpointsOf({ home: [home, 'v1'] }) } });
    await until(() => warnings(service).length > 0, 15_000);
    await wait(3_000);
    expect(warnings(service)).toEqual([expect.stringMatching(missingPort(link))]);

    const line = await scene.serialLine(link);
    await line.opened();
    await print(line, scene.telegrams(1), 0);
    await until(() => home.rows.length > 0, 20_000);

    expect(service.lines.at(-1)).toContain('source meter: reading');
  });

  test('that is pulled is one line that names the port', async ({ scene }) => {
    const line = await scene.serialLine();
    const service = await scene.service({ config: { source: line.source } });
    await line.opened();
    await print(line, scene.telegrams(1), 0);
    await until(async () => (await service.health()).sources[0]?.accepted === 1, 15_000);
    await line.hangUp();
    await until(() => warnings(service).length > 0, 15_000);

    expect(warnings(service)).toEqual([
      expect.stringMatching(
        /source meter: \/.*\/port: hung up \(.+\): the cable was pulled, or its adapter was reset; trying again until it works/,
      ),
    ]);
  });

  test('that this user may not read is one line that says how to allow it', async ({ scene }) => {
    const line = await scene.serialLine();
    await chmod(await realpath(String(line.source['port'])), 0o000);
    const service = await scene.service({ config: { source: line.source }, through: asPlainUser() });
    await until(() => warnings(service).length > 0, 15_000);

    expect(warnings(service)).toEqual([
      expect.stringMatching(/source meter: \/.*: this user may not read it: sudo usermod -aG dialout \w+/),
    ]);
    expect(service.isRunning).toBe(true);
  });
});

describe('a port', () => {
  test('that is a file is one line that says what was expected', async ({ scene }) => {
    const port = join(await scene.folder(), 'notes.txt');
    await writeFile(port, 'no serial port');
    const service = await scene.service({ config: { source: { name: 'meter', type: 'serial', port } } });
    await until(() => warnings(service).length > 0, 15_000);

    expect(warnings(service)[0]).toContain(`source meter: ${port}: no serial port; expected one such as /dev/ttyUSB0`);
    expect(service.isRunning).toBe(true);
  });

  test('behind the network where nothing listens is one line with the remedy', async ({ scene }) => {
    const line = await scene.tcpLine();
    await line.close();
    const service = await scene.service({ config: { source: line.source } });
    await until(() => warnings(service).length > 0, 15_000);

    expect(warnings(service)[0]).toMatch(/source meter: 127\.0\.0\.1:\d+: ECONNREFUSED, nothing listens there: check/);
    expect(service.isRunning).toBe(true);
  });
});

function warnings({ lines }: Service): string[] {
  return lines.filter((line) => / (WARN|ERROR|FATAL) /.test(line));
}

/** With ports present it names them; a machine that runs tests seldom has one. */
function missingPort(link: string): RegExp {
  return new RegExp(
    `source meter: ${link}: no such port(, and no USB serial port at all: plug the cable in|; there is /dev/serial/by-id/)`,
  );
}

const IDLE_MS = 1_000;
const TICKS_PER_SECOND = 100;

/** What the process uses of one core while nothing happens. Source: proc_pid_stat(5), utime and stime. */
async function idleShareOf({ pid }: Service): Promise<number> {
  const before = await ticksOf(pid);
  await wait(IDLE_MS);
  return ((await ticksOf(pid)) - before) / TICKS_PER_SECOND / (IDLE_MS / 1_000);
}

async function ticksOf(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

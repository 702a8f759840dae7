import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { kit } from '../../src/settings/values.ts';
import { keepOpen } from '../../src/sources/reconnect.ts';
import { serial } from '../../src/sources/serial.ts';
import { realWaits } from '../../src/sources/waits.ts';
import { openPty, ptyAvailable, type Pty } from '../support/pty.ts';

const TRIALS = 120;
const BURST = Buffer.from('1-0:1.8.1(123456.789*kWh)\r\n'.repeat(60));

if (!ptyAvailable.yes) console.warn(`skipped: ${ptyAvailable.reason}`);

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'p1-relay-hang-up-'))));
afterAll(() => rm(folder, { recursive: true }));

test.skipIf(!ptyAvailable.yes)(
  'every hang-up with data in flight is noticed, and the port is read again',
  async () => {
    const link = join(folder, 'port');
    const reader = startReader(link);
    let descriptors = 0;

    for (let trial = 1; trial <= TRIALS; trial++) {
      const pty = await openPty({ link });
      await knock(pty, reader.opened(trial));
      await pty.write(BURST);
      if (trial % 2 === 0) await wait(Math.random() * 20);
      await pty.hangUp(trial % 3 === 0 ? 'behindLastByte' : 'now');
      await reader.lost(trial);
      if (trial === 10) descriptors = openDescriptors();
    }

    expect(reader.hangUps()).toBe(TRIALS);
    expect(openDescriptors()).toBeLessThanOrEqual(descriptors + 2);
    expect(await idleCpuShare()).toBeLessThan(0.5);
    await reader.stop();
  },
  120_000,
);

/** Keeps the port open as the service does, but tries again at once. */
function startReader(link: string) {
  const stop = new AbortController();
  const seen = { opened: 0, hangUps: 0 };
  const running = keepOpen(
    serial.create(serial.settings(kit).parse({ port: link })),
    async (bytes) => {
      for await (const chunk of bytes) expect(chunk.length).toBeGreaterThan(0);
    },
    {
      silenceMs: 3_600_000,
      signal: stop.signal,
      events: {
        opened: () => seen.opened++,
        lost: (error) => (seen.hangUps += error.message.includes('no such port') ? 0 : 1),
        silent: () => undefined,
      },
      waits: { now: () => realWaits.now(), sleep: (ms, signal) => realWaits.sleep(ms > 60_000 ? ms : 5, signal) },
    },
  );
  return {
    hangUps: () => seen.hangUps,
    opened: (times: number) => until(() => seen.opened >= times, `opening number ${times}`),
    lost: (times: number) => until(() => seen.hangUps >= times, `hang-up number ${times}`),
    stop() {
      stop.abort();
      return running;
    },
  };
}

/** Opening a port flushes it: on a busy machine the first bytes may go with that, so they are written again. */
async function knock(pty: Pty, opened: Promise<void>): Promise<void> {
  const write = () => void pty.write(Buffer.from('first\r\n'));
  write();
  const again = setInterval(write, 500);
  await opened.finally(() => clearInterval(again));
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`${what} was not noticed`);
    await wait(1);
  }
}

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

/** What this process uses of one core while nothing happens. */
async function idleCpuShare(): Promise<number> {
  const before = process.cpuUsage();
  await wait(1_000);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000_000;
}

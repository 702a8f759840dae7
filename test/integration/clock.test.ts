import { writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { dsmrV2 } from '../../src/endpoints/dsmr-v2.ts';
import { Journal } from '../../src/journal/journal.ts';
import type { JournalEvents } from '../../src/journal/journal-events.ts';
import type { Letter } from '../../src/journal/letter.ts';
import { Outbox } from '../../src/outbox/outbox.ts';
import type { OutboxEvents } from '../../src/outbox/outbox-events.ts';
import { Thinning } from '../../src/outbox/thinning.ts';
import { ClockWatch } from '../../src/service/clock-watch.ts';
import type { MachineTime } from '../../src/time/boot.ts';
import { machineTime } from '../../src/time/boot.ts';
import { DsmrReader } from '../support/dsmr-reader.ts';
import { temporaryFolder } from '../support/journal.ts';
import { buildTelegram } from '../support/telegrams.ts';

/** A machine that begins at 1970, and the network that sets its clock; nothing here sets the one of the test's machine. */

const builtWorker = new URL('../../dist/journal/worker.js', import.meta.url);
const NOON = Date.parse('2026-03-01T12:00:00Z');
const STARTED_MS = Math.round(uptime() * 1_000);

const quiet = new Proxy({} as JournalEvents & OutboxEvents, { get: () => () => undefined });

/** The journal's thread, on a machine that was started at 1970. */
function threadOf1970(folder: string): URL {
  const path = join(folder, 'worker.mjs');
  const lines = [
    `import { uptime } from 'node:os';`,
    `Date.now = () => Math.round(uptime() * 1_000) - ${STARTED_MS};`,
    `await import('${builtWorker.href}');`,
  ];
  writeFileSync(path, lines.join('\n'));
  return pathToFileURL(path);
}

/** Telegrams of a meter without a clock, one a second from half a second past midnight of 1970 on. */
const telegram = (n: number) => ({
  source: 'meter',
  receivedAt: new Date(n * 1_000 + 500),
  checksum: 'absent' as const,
  raw: buildTelegram('/KMP5', [
    `1-0:1.8.1(${String(n).padStart(6, '0')}.000*kWh)`,
    '1-0:2.8.1(000000.000*kWh)',
    '1-0:1.7.0(00.333*kW)',
    '1-0:2.7.0(00.000*kW)',
  ]),
});

test('a meter without a clock, before a machine that begins at 1970: nothing goes with a wrong time, and all goes', async () => {
  const folder = temporaryFolder();
  let setByMs = 0;
  const time = (): MachineTime => {
    const real = machineTime();
    return { ...real, wallMs: real.uptimeMs - STARTED_MS + setByMs, isSynchronised: undefined };
  };
  const accepted: Letter[] = [];
  const settings = { folder, keepMs: 1e15, keepBytes: 1e12, maxBytes: 1e9, syncIntervalMs: 10_000 };
  const journal = new Journal(
    { ...settings, endpoints: [{ name: 'a', source: undefined }] },
    { ...quiet, accepted: (letters) => accepted.push(...letters), failed: () => undefined },
    threadOf1970(folder),
  );
  onTestFinished(async () => journal.close());
  const watch = new ClockWatch({
    time,
    stepped: () => undefined,
    unset: () => undefined,
    moved: (...how) => journal.stamps.move(...how),
  });
  // More than memory holds; some before the journal is open.
  const numbers = Array.from({ length: 300 }, (_, index) => index + 1);
  for (const n of numbers.slice(0, 100)) journal.append(telegram(n));
  const state = (await journal.open(new AbortController().signal))!;
  expect(state.clock.isSet).toBe(false);
  watch.begin(state.clock);
  for (const n of numbers.slice(100)) journal.append(telegram(n));
  await vi.waitUntil(() => accepted.length === 300, { timeout: 30_000 });

  const reader = await new DsmrReader({}).start();
  onTestFinished(() => reader.stop());
  const server = { url: reader.url, key: reader.key, timeout: 5_000 };
  const outbox = new Outbox({
    ...{ name: 'a', journal, begin: state.endpoints[0]!, head: 0, source: undefined, rate: 'off', intervalMs: 0 },
    endpoint: dsmrV2.create(server, { ageOf: (letter) => watch.ageOf(letter) }),
    ...{ onAmbiguous: 'verify', verifyWindowMs: 1_000, events: quiet },
    thinningOf: (ms) => new Thinning(ms, () => undefined),
    backoff: { firstMs: 50, longestMs: 50 },
  });
  onTestFinished(async () => outbox.stop());
  for (const letter of accepted) outbox.accepted(letter);
  await vi.waitUntil(() => outbox.status().retries > 3, { timeout: 30_000 });
  expect(reader.rows).toEqual([]);

  setByMs = NOON;
  watch.look();
  await vi.waitUntil(() => reader.rows.length === 300, { timeout: 30_000 });
  const times = reader.rows.map(({ reading }) => reading.timestamp);
  expect(times).toEqual(numbers.map((n) => NOON + n * 1_000));
});

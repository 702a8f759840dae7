/**
 * The main job with no hardware: a simulated meter on a pseudo-terminal, the built service, and two stand-ins that
 * answer as DSMR-reader does, one of which goes away for 20 s. Exits 0 only where everything accepted was delivered to
 * both, once and in order.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { simulateHouse } from '../../src/simulator/house.ts';
import { startDsmrReader, type DsmrReader } from '../support/dsmr-reader.ts';
import { openSerialLine, openTcpLine, print, type MeterLine } from '../support/meter-line.ts';
import { ptyAvailable } from '../support/pty.ts';
import { startService, type Service } from '../support/service.ts';

const TELEGRAMS = 80;
const EVERY_MS = 500;
const AWAY_AT_MS = 8_000;
const AWAY_MS = 20_000;
const DELIVERED_WITHIN_MS = 85_000;

const startedMs = performance.now();
const telegrams: Buffer[] = [];
const line = await openLine();
const home = await startDsmrReader({ key: 'home-key' });
const vps = await startDsmrReader({ key: 'vps-key' });
const service = await startService({
  config: {
    source: line.source,
    endpoints: [
      { name: 'home', type: 'dsmr-v1', url: home.url, key: 'home-key' },
      { name: 'vps', type: 'dsmr-v2', url: vps.url, key: 'vps-key' },
    ],
  },
});
say(`a simulated meter prints ${TELEGRAMS} telegrams on ${String(line.source['port'])}`);
say(`the service delivers them to home (${home.url}, API v1) and vps (${vps.url}, API v2)`);

let proven = false;
try {
  const [, , ended] = await Promise.all([printAll(), goAway(), watch()]);
  proven = ended && prove();
} finally {
  const exitCode = await service.stop();
  for (const logged of service.lines) console.log(`   | ${logged}`);
  proven &&= exitCode === 0;
  await Promise.all([line.close(), home.stop(), vps.stop()]);
  await service.end();
}
say(proven ? 'proven: accepted = delivered for each, none twice, in order' : 'NOT proven');
process.exit(proven ? 0 : 1);

/** A pseudo-terminal; where none can be had, a TCP port in this process. */
async function openLine(): Promise<MeterLine> {
  if (ptyAvailable.yes) return openSerialLine();
  say(`${ptyAvailable.reason}: the meter's bytes go over TCP instead`);
  return openTcpLine();
}

async function printAll(): Promise<void> {
  await line.opened();
  const house = simulateHouse({ start: new Date(Date.now() - 3_600_000), seed: 1, phases: 3 });
  for (let made = 0; made < TELEGRAMS; made++) telegrams.push(house.next().value);
  await print(line, telegrams, EVERY_MS);
}

async function goAway(): Promise<void> {
  await wait(AWAY_AT_MS);
  say('>> vps goes away');
  await vps.stop();
  await wait(AWAY_MS);
  await vps.start();
  say('>> vps is back');
}

/** Shows the counts every two seconds. @returns false where they are not all delivered in time. */
async function watch(): Promise<boolean> {
  for (;;) {
    await wait(2_000);
    const accepted = await show(service);
    if (accepted === TELEGRAMS && home.rows.length >= TELEGRAMS && vps.rows.length >= TELEGRAMS) return true;
    if (performance.now() - startedMs > DELIVERED_WITHIN_MS) return false;
  }
}

async function show(running: Service): Promise<number> {
  const { sources, endpoints } = await running.health();
  const accepted = sources.reduce((sum, source) => sum + source.accepted, 0);
  const parts = endpoints.map(
    ({ name, delivered, waiting, state }) => `${name}: ${delivered} delivered, ${waiting} waiting (${state})`,
  );
  say(`${accepted} accepted | ${parts.join(' | ')}`);
  return accepted;
}

/** What the servers hold against what the meter printed. */
function prove(): boolean {
  const bytes = sameBytes(home);
  const stamps = inOrder(vps);
  say(
    `home holds ${home.rows.length} rows, ${bytes ? 'byte for byte the telegrams, in order' : 'which are NOT the telegrams'}`,
  );
  say(`vps holds ${vps.rows.length} rows, ${stamps ? 'one a telegram, in order' : 'NOT one a telegram in order'}`);
  return bytes && stamps;
}

function sameBytes({ rows }: DsmrReader): boolean {
  return (
    rows.length === TELEGRAMS && rows.every(({ telegram }, index) => telegram === telegrams[index]?.toString('latin1'))
  );
}

/** The simulated stamps advance a second a telegram: in order and none twice means that they only grow. */
function inOrder({ rows }: DsmrReader): boolean {
  const times = rows.map(({ reading }) => reading.timestamp);
  return (
    rows.length === TELEGRAMS && times.every((time, index) => index === 0 || time === (times[index - 1] ?? NaN) + 1_000)
  );
}

function say(text: string): void {
  console.log(`${((performance.now() - startedMs) / 1_000).toFixed(1).padStart(5)} s  ${text}`);
}

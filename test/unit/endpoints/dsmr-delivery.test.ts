import { expect, onTestFinished, test, vi } from 'vitest';
import { dsmrV1 } from '../../../src/endpoints/dsmr-v1.ts';
import { DsmrReader, type DsmrReaderOptions, faults } from '../../support/dsmr-reader.ts';
import { openStore, temporaryFolder } from '../../support/journal.ts';
import { startOutbox } from '../../support/outbox.ts';
import { buildTelegram } from '../../support/telegrams.ts';

/** An outbox before a DSMR-reader: what each answer means in the end. */

const NOW = new Date('2026-01-15T12:00:00Z');
const WITHIN = { timeout: 30_000, interval: 20 };

async function start(options: DsmrReaderOptions = {}) {
  const reader = await new DsmrReader({ keepAlive: true, now: () => NOW, ...options }).start();
  onTestFinished(() => reader.stop());
  const endpoint = dsmrV1.create({ url: reader.url, key: reader.key, timeout: 1_000 }, { now: () => NOW });
  onTestFinished(() => endpoint.close?.());
  const store = openStore(temporaryFolder());
  onTestFinished(() => store.close());
  const backoff = { firstMs: 100, longestMs: 100 };
  const { outbox, told } = startOutbox(store, endpoint, { verifyWindowMs: 500, probeMs: 2_000, backoff });

  function accept(telegrams: readonly Buffer[]): void {
    const incoming = telegrams.map((raw) => ({ source: 'meter', at: NOW.getTime(), checksum: 'valid' as const, raw }));
    const seqs = store.append(incoming);
    for (const [i, raw] of telegrams.entries()) {
      outbox.accepted({ seq: seqs[i]!, telegram: { source: 'meter', receivedAt: NOW, checksum: 'valid', raw } });
    }
  }

  const settled = () => vi.waitFor(() => expect(outbox.status()).toMatchObject({ state: 'idle', waiting: 0 }), WITHIN);
  const reasons = () => store.dead.list('a', 100).map(({ reason }) => reason);
  return { reader, outbox, told, accept, settled, reasons };
}

interface Printed {
  readonly version?: string;
  readonly registers?: readonly string[];
  readonly stamp?: string;
}

/** The telegram of this second after noon, with as many Wh. */
function telegram(second: number, { version = '50', registers = tariffs(second), stamp }: Printed = {}): Buffer {
  const clock = stamp ?? `2601151200${String(second).padStart(2, '0')}W`;
  const powers = ['1-0:1.7.0(00.333*kW)', '1-0:2.7.0(00.000*kW)'];
  return buildTelegram('/ISK5\\2M550T-1012', [`1-3:0.2.8(${version})`, `0-0:1.0.0(${clock})`, ...registers, ...powers]);
}

const inkWh = (wattHours: number): string => `000671.${String(wattHours).padStart(3, '0')}*kWh`;
const tariffs = (wattHours: number): string[] => [`1-0:1.8.1(${inkWh(wattHours)})`, '1-0:2.8.1(000000.000*kWh)'];
const totals = (wattHours: number): string[] => [`1-0:1.8.0(${inkWh(wattHours)})`, '1-0:2.8.0(000000.000*kWh)'];
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const text = (telegrams: readonly Buffer[]): string[] => telegrams.map((raw) => raw.toString('latin1'));
const stored = (reader: DsmrReader): (string | undefined)[] => reader.rows.map((row) => row.telegram);

test('a server that is set to another kind of meter pauses; once it is set right, all of it goes, in order and once', async () => {
  const { reader, outbox, accept, settled, reasons } = await start();
  const swedish = upTo(25).map((second) => telegram(second, { registers: totals(second) }));
  accept(swedish);
  await vi.waitFor(() => expect(outbox.status().state).toBe('paused'), WITHIN);
  expect(outbox.status()).toMatchObject({
    reason: expect.stringMatching(/null value in column/) as string,
    remedy: expect.stringMatching(/^set "DSMR version" /) as string,
  });

  reader.profile = 'luxembourg';
  await settled();
  expect(stored(reader)).toEqual(text(swedish));
  expect(reasons()).toEqual([]);
});

test('a telegram that is stored before the server fails on it is there once, and found', async () => {
  const { reader, outbox, accept, settled, reasons } = await start();
  const telegrams = [telegram(0), telegram(1, { version: '500' }), telegram(2)];
  accept(telegrams);
  await settled();
  expect(stored(reader)).toEqual(text(telegrams));
  expect(reasons()).toEqual([]);
  expect(outbox.status()).toMatchObject({ delivered: 3, found: 1, possiblyTwice: 0 });
});

test('a telegram that the server fails on and never stores is a dead letter, once another was taken', async () => {
  const { reader, outbox, accept, settled, reasons } = await start();
  const telegrams = [telegram(0), telegram(1, { version: '51' }), telegram(2)];
  const failing = faults.exception('ValueError', 'no such version');
  reader.fault = (exchange) =>
    exchange.body.includes('0.2.8(51)') ? failing(exchange) : exchange.send(exchange.handle());
  accept(telegrams);
  await settled();
  expect(stored(reader)).toEqual(text([telegrams[0]!, telegrams[2]!]));
  expect(reasons()).toEqual([expect.stringMatching(/500: ValueError: no such version$/)]);
  expect(outbox.status()).toMatchObject({ delivered: 2, refused: 1, possiblyTwice: 0 });
});

test('a clock that runs ahead is named, and costs no other telegram', async () => {
  const { reader, accept, settled, reasons } = await start();
  const telegrams = [telegram(0), telegram(1, { stamp: '270115120001W' }), telegram(2)];
  accept(telegrams);
  await settled();
  expect(stored(reader)).toEqual(text([telegrams[0]!, telegrams[2]!]));
  expect(reasons()).toEqual([expect.stringMatching(/the meter's clock says 2027-01-15T12:00:01\+01:00, 8759 h ahead/)]);
});

test('answers lost before and after storing, and rows that come late: each telegram once, though seconds repeat', async () => {
  const { reader, outbox, accept, settled } = await start();
  // The same second two, three or four times; every other time with the same registers, too.
  const telegrams = upTo(60).map((n) => telegram(Math.floor(n / 3), { registers: tariffs(Math.floor(n / 2)) }));
  accept(telegrams.slice(0, 1));
  await settled();
  reader.fault = faults.onlyFor(
    'posts',
    faults.mix(20_260_115, [
      [8, faults.reset({ stored: true })],
      [4, faults.reset()],
      [6, faults.status(502, { stored: true })],
      [4, faults.storedLate(250, '504')],
      [3, faults.exception('OperationalError', 'gone', { stored: true })],
    ]),
  );
  accept(telegrams.slice(1));
  await settled();
  expect(stored(reader)).toEqual(text(telegrams));
  expect(outbox.status()).toMatchObject({ delivered: 60, refused: 0, possiblyTwice: 0 });
  expect(outbox.status().found).toBeGreaterThan(0);
});

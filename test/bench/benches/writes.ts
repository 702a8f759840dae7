import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startService, until } from '../../support/service.ts';
import type { Bench } from '../bench.ts';
import { telegrams } from '../house.ts';
import { openTcpMeter } from '../meter.ts';
import { writtenBytes } from '../process-figures.ts';
import { openSink, sendingTo } from '../sink.ts';

/** An hour at one a second with a sync every 10 s, forty times faster: ten telegrams a sync, too. */
const A_SECOND = 40;
const SYNC_INTERVAL_MS = 250;
const WARM_UP = 400;
const TELEGRAMS = 3_600;
/** A checkpoint syncs the log before it copies it, the database behind that, and the log's new beginning. */
const SYNCS_A_CHECKPOINT = 3;
const TIMELY = 1.05;

export const writes: Bench = {
  name: 'writes',
  what: 'bytes written a telegram, three healthy endpoints',
  bar: '<= 3 kB, one sync an interval beside checkpoints',
  async run() {
    const { bytes, syncs } = await observe();
    const intervals = ((TELEGRAMS / A_SECOND) * 1_000) / SYNC_INTERVAL_MS;
    const beside = syncs && syncs.all - SYNCS_A_CHECKPOINT * syncs.checkpoints;
    return {
      figure: `${(bytes / TELEGRAMS / 1_000).toFixed(2)} kB, ${syncs ? `${syncs.all} syncs` : 'syncs not counted'}`,
      yardstick: `${intervals} intervals, ${syncs ? syncs.checkpoints : '?'} checkpoints`,
      ratio: beside === undefined ? '' : `${(beside / intervals).toFixed(2)} an interval`,
      met: bytes / TELEGRAMS <= 3_000 && (beside === undefined || beside <= intervals * TIMELY),
      where: `${TELEGRAMS} telegrams, ${A_SECOND} a second with syncInterval ${SYNC_INTERVAL_MS} ms: 10 a sync, as at 1 a second with 10 s${syncs ? '' : '; strace, which counts syncs, cannot be used here'}`,
    };
  },
};

interface Syncs {
  readonly all: number;
  readonly checkpoints: number;
}

async function observe(): Promise<{ bytes: number; syncs: Syncs | undefined }> {
  const meter = await openTcpMeter();
  const sinks = await Promise.all([openSink(), openSink(), openSink()]);
  const endpoints = sinks.map((sink, index) => sendingTo(sink, `endpoint-${index}`));
  const journal = { syncInterval: `${SYNC_INTERVAL_MS}ms` };
  const service = await startService({ config: { source: meter.source, endpoints, journal } });
  const delivered = (count: number) => until(() => sinks.every(({ arrivals }) => arrivals.length === count), 10_000);
  try {
    const all = [...telegrams(WARM_UP + TELEGRAMS)];
    await meter.print(all.slice(0, WARM_UP), A_SECOND);
    await delivered(WARM_UP);
    const trace = await traceSyncs(service.pid);
    const before = writtenBytes(service.pid);
    await meter.print(all.slice(WARM_UP), A_SECOND);
    await delivered(all.length);
    return { bytes: writtenBytes(service.pid) - before, syncs: await trace?.() };
  } finally {
    await service.end();
    await Promise.all([meter, ...sinks].map((part) => part.close()));
  }
}

/** @returns how to end it; undefined where strace is not installed or may not be used. */
async function traceSyncs(pid: number): Promise<(() => Promise<Syncs>) | undefined> {
  if (spawnSync('strace', ['-V']).status !== 0) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'p1-relay-bench-'));
  const file = join(folder, 'trace');
  const args = ['-f', '-y', '-e', 'trace=fsync,fdatasync', '-o', file, '-p', String(pid)];
  const strace = spawn('strace', args, { stdio: 'ignore' });
  const ended = once(strace, 'close');
  await wait(1_000);
  if (strace.exitCode !== null) return undefined;
  return async () => {
    strace.kill('SIGINT');
    await ended;
    const calls = (await readFile(file, 'utf8')).split('\n').filter((line) => /\b(fsync|fdatasync)\(/.test(line));
    await rm(folder, { recursive: true });
    return { all: calls.length, checkpoints: calls.filter((line) => line.includes('journal.db>')).length };
  };
}

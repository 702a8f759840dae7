import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startService, until } from '../../support/service.ts';
import type { Bench } from '../bench.ts';
import { fillJournal, telegrams } from '../house.ts';
import { quietMeter } from '../meter.ts';
import { spent, threadsCpuMs } from '../process-figures.ts';
import { openSink, sendingTo, type Sink } from '../sink.ts';
import { byTurns, times } from '../statistics.ts';

const ROUNDS = 3;
const TELEGRAMS = 20_000;
const LONGEST_MS = 60_000;

export const drain: Bench = {
  name: 'drain',
  what: 'backlog drained to a local no-op server, rate: off',
  bar: '>= 0.75 x a bare undici loop, one request in flight',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'p1-relay-bench-'));
    let where = '';
    try {
      const capture = join(folder, 'telegrams');
      await writeFile(capture, Buffer.concat([...telegrams(TELEGRAMS)]));
      const [ours = NaN, bare = NaN] = await byTurns(ROUNDS, [
        () => rateOf((sink) => drainJournal(sink, (cpu) => (where = cpu))),
        () => rateOf((sink) => postEach(sink, capture)),
      ]);
      return {
        figure: `${ours.toFixed(0)} a second`,
        yardstick: `${bare.toFixed(0)} a second`,
        ratio: times(ours / bare),
        met: ours / bare >= 0.75,
        where,
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Requests a second from the first to the last. */
async function rateOf(send: (sink: Sink) => Promise<void>): Promise<number> {
  const sink = await openSink();
  try {
    await send(sink);
    const [first = NaN, last = NaN] = [sink.arrivals[0], sink.arrivals.at(-1)];
    return ((sink.arrivals.length - 1) / (last - first)) * 1_000;
  } finally {
    await sink.close();
  }
}

async function drainJournal(sink: Sink, onCpu: (where: string) => void): Promise<void> {
  const stateDir = await mkdtemp(join(tmpdir(), 'p1-relay-bench-'));
  fillJournal(stateDir, 'home', telegrams(TELEGRAMS));
  const service = await startService({
    stateDir,
    config: { source: quietMeter, endpoints: [sendingTo(sink, 'home')] },
  });
  try {
    const before = threadsCpuMs(service.pid);
    const done = sink.arrivals.length;
    await until(() => sink.arrivals.length >= TELEGRAMS, LONGEST_MS);
    const { main, second } = spent(before, threadsCpuMs(service.pid));
    const each = (cpu: number): string => `${((cpu * 1_000) / (TELEGRAMS - done)).toFixed(0)} µs`;
    onCpu(
      `CPU a telegram: main thread ${each(main)}, after which it waits for the answer; beside it the journal thread ${each(second)}`,
    );
  } finally {
    await service.end();
    await rm(stateDir, { recursive: true, force: true });
  }
}

async function postEach({ url }: Sink, capture: string): Promise<void> {
  const script = join(import.meta.dirname, '../bare/post-each.mjs');
  const child = spawn(process.execPath, [script, url, capture], { stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
}

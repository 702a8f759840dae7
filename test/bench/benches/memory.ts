import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { openPty } from '../../support/pty.ts';
import { startService } from '../../support/service.ts';
import type { Bench } from '../bench.ts';
import { telegrams } from '../house.ts';
import { paced } from '../meter.ts';
import { memoryOf, type Memory } from '../process-figures.ts';
import { openSink, sendingTo } from '../sink.ts';
import { mb, median, times } from '../statistics.ts';

const TELEGRAMS = 3_600;
const A_SECOND = 40;
/** Anonymous memory may be so much more in the last quarter of the telegrams than in the third. */
const FLAT_BYTES = 2 * 2 ** 20;

const NO_PAGE = { enabled: false };
const PAGE = { listen: '127.0.0.1:0' };

export const memory: Bench = {
  name: 'memory',
  what: `memory after ${TELEGRAMS} telegrams, serial port, two endpoints, no page`,
  bar: 'RSS <= 90 MB, anonymous <= 40 MB, flat',
  async run() {
    const [samples, withPage, bare] = await Promise.all([observe(NO_PAGE), observe(PAGE), bareNode()]);
    const quarter = (nth: number): Memory[] =>
      samples.slice((samples.length * (nth - 1)) / 4, (samples.length * nth) / 4);
    const typical = (of: Memory[], what: keyof Memory): number => median(of.map((sample) => sample[what]));
    const last = quarter(4);
    const [rss, anonymous] = [typical(last, 'rss'), typical(last, 'anonymous')];
    const growth = anonymous - typical(quarter(3), 'anonymous');
    return {
      figure: `RSS ${mb(rss)}, anonymous ${mb(anonymous)}`,
      yardstick: `RSS ${mb(bare.rss)}, anonymous ${mb(bare.anonymous)} (bare node)`,
      ratio: `${times(rss / bare.rss)}, ${times(anonymous / bare.anonymous)}`,
      met: rss <= 90 * 2 ** 20 && anonymous <= 40 * 2 ** 20 && growth <= FLAT_BYTES,
      where: `${mb(typical(last, 'file'))} are files (node, addons); anonymous ${mb(samples[0]!.anonymous)} at first, ${mb(growth)} more in the last quarter than in the third, most ${mb(Math.max(...samples.map((sample) => sample.anonymous)))}; with page and API, which nobody asks, anonymous ${mb(typical(withPage.slice(-withPage.length / 4), 'anonymous'))}`,
    };
  },
};

async function observe(http: Record<string, unknown>): Promise<Memory[]> {
  const [pty, sinks] = [await openPty(), [await openSink(), await openSink()]];
  const source = { name: 'meter', type: 'serial', port: pty.path };
  const endpoints = sinks.map((sink, index) => sendingTo(sink, `endpoint-${index}`));
  const service = await startService({ config: { source, endpoints, http } });
  try {
    await pty.opened;
    await wait(1_000);
    const samples = [memoryOf(service.pid)];
    let printed = 0;
    await paced([...telegrams(TELEGRAMS)], 1_000 / A_SECOND, async (telegram) => {
      await pty.write(telegram);
      if (++printed % A_SECOND === 0) samples.push(memoryOf(service.pid));
    });
    return samples;
  } finally {
    await service.end();
    await Promise.all([pty.close(), ...sinks.map((sink) => sink.close())]);
  }
}

async function bareNode(): Promise<Memory> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { env: {} });
  await wait(3_000);
  const figures = memoryOf(child.pid ?? 0);
  child.kill();
  await once(child, 'close');
  return figures;
}

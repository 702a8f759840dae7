import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { launchService, until } from '../../support/service.ts';
import type { Bench } from '../bench.ts';
import { fillJournal, telegrams } from '../house.ts';
import { openTcpMeter } from '../meter.ts';
import { memoryOf } from '../process-figures.ts';
import { openSink } from '../sink.ts';
import { mb, median } from '../statistics.ts';

const WAITING = 600_000;
const WATCHED_S = 15;
const A_SECOND = 10;
const LONGEST_MS = 30_000;

export const backlog: Bench = {
  name: 'backlog',
  what: `${WAITING / 1_000},000 telegrams waiting`,
  bar: 'RSS within 15 MB of none waiting, ready < 2 s, first delivery < 5 s',
  async run() {
    const [none, many] = [await observe(0), await observe(WAITING)];
    const more = many.rss - none.rss;
    const story = ({ rss, readyMs, firstMs }: Start): string =>
      `RSS ${mb(rss)}, ready ${readyMs.toFixed(0)} ms, first delivery ${firstMs.toFixed(0)} ms`;
    return {
      figure: story(many),
      yardstick: story(none),
      ratio: `${mb(more)} more`,
      met: more <= 15 * 2 ** 20 && many.readyMs < 2_000 && many.firstMs < 5_000,
      where: `from the start of the process; RSS is the median of ${WATCHED_S} s at the adaptive rate, ${A_SECOND} live telegrams a second coming in (delivered meanwhile: ${many.delivered} with the backlog, ${none.delivered} without)`,
    };
  },
};

interface Start {
  readonly readyMs: number;
  readonly firstMs: number;
  readonly rss: number;
  readonly delivered: number;
}

async function observe(waiting: number): Promise<Start> {
  const stateDir = await mkdtemp(join(tmpdir(), 'p1-relay-bench-'));
  if (waiting > 0) fillJournal(stateDir, 'home', telegrams(waiting));
  const [meter, sink] = [await openTcpMeter(), await openSink()];
  const endpoint = { name: 'home', type: 'dsmr-v1', url: sink.url, key: 'a-key' };
  const begunMs = performance.now();
  const service = await launchService({ stateDir, config: { source: meter.source, endpoints: [endpoint] } });
  try {
    await service.ready();
    const readyMs = performance.now() - begunMs;
    const printing = meter.print([...telegrams(WATCHED_S * A_SECOND)], A_SECOND);
    await until(() => sink.arrivals.length > 0, LONGEST_MS);
    const samples = await sampleRss(service.pid);
    await printing;
    return { readyMs, firstMs: sink.arrivals[0]! - begunMs, rss: median(samples), delivered: sink.arrivals.length };
  } finally {
    await service.end();
    await Promise.all([meter.close(), sink.close()]);
    await rm(stateDir, { recursive: true, force: true });
  }
}

async function sampleRss(pid: number): Promise<number[]> {
  const samples: number[] = [];
  for (let second = 0; second < WATCHED_S; second++) {
    await wait(1_000);
    samples.push(memoryOf(pid).rss);
  }
  return samples;
}

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startService, temporaryFolder, until } from '../../support/service.ts';
import { addKey, webUrl } from '../../support/web-client.ts';
import type { Bench } from '../bench.ts';
import { historyOfYear } from '../history-year.ts';
import { telegrams } from '../house.ts';
import { openTcpMeter, paced } from '../meter.ts';
import { memoryOf } from '../process-figures.ts';
import { openSink, sendingTo } from '../sink.ts';
import { mb, ms, percentile, times } from '../statistics.ts';

const CLIENTS = 20;
const WARM_UP = 20;
const TELEGRAMS = 400;
const EVERY_MS = 100;
/** What is not in use any more is given back by then. */
const REST_MS = 20_000;

const YEAR = 'from=2025-01-01&to=2026-01-01';
/** The heaviest that there is to ask: pages as long as they may be, the far end of lists, and what a page shows. */
const PATHS = [
  `/edge/v1/usage?${YEAR}&resolution=hours`,
  '/edge/v1/usage?from=2025-03-01&to=2025-04-01&resolution=minutes',
  `/edge/v1/usage?${YEAR}&resolution=quarters&offset=30000`,
  `/edge/v1/usage?${YEAR}&resolution=hours&split=phase`,
  `/edge/v1/usage?${YEAR}&resolution=days`,
  `/edge/v1/usage?${YEAR}&resolution=months&split=tariff`,
  '/edge/v1/series/usage?start=2025-01-01&end=2026-01-01',
  '/edge/v1/records?per_page=10080',
  '/edge/v1/records?per_page=1440&page=430',
  `/edge/v1/gaps?${YEAR}`,
  '/metrics',
];

interface Answered {
  readonly path: string;
  readonly status: number;
  readonly tookMs: number;
}

export const web: Bench = {
  name: 'web',
  what: `last byte to request at the endpoint while ${CLIENTS} clients ask for a year's history, 10 a second`,
  bar: 'p99 <= 100 ms, each answer <= 2 s, 200 or 503',
  async run() {
    const quiet = await observe(0);
    const busy = await observe(CLIENTS);
    const [p50, p99] = [0.5, 0.99].map((share) => percentile(busy.latenciesMs, share)) as [number, number];
    const [quiet50, quiet99] = [0.5, 0.99].map((share) => percentile(quiet.latenciesMs, share)) as [number, number];
    const slowest = busy.answers.reduce((most, one) => (one.tookMs > most.tookMs ? one : most));
    const sentAway = busy.answers.filter(({ status }) => status === 503).length;
    const isAnswered = busy.answers.every(({ status }) => status === 200 || status === 503);
    return {
      figure: `p50 ${ms(p50)}, p99 ${ms(p99)}; slowest answer ${ms(slowest.tookMs)}`,
      yardstick: `p50 ${ms(quiet50)}, p99 ${ms(quiet99)} (nobody asks)`,
      ratio: `${times(p50 / quiet50)}, ${times(p99 / quiet99)}`,
      met: p99 <= 100 && slowest.tookMs <= 2_000 && isAnswered,
      where: `${busy.answers.length} answers, ${sentAway} of them to come again, p50 ${ms(percentile(tookMs(busy.answers), 0.5))}, slowest ${slowest.path}; anonymous ${mb(quiet.memory[1])} where nobody asks, ${mb(Math.max(...busy.memory))} at most, ${mb(busy.memory[1])} ${REST_MS / 1_000} s later`,
    };
  },
};

const tookMs = (answers: readonly Answered[]): number[] => answers.map(({ tookMs }) => tookMs);

interface Observed {
  readonly latenciesMs: readonly number[];
  readonly answers: readonly Answered[];
  /** Anonymous bytes: the most while it was asked, and a while later. */
  readonly memory: readonly [most: number, later: number];
}

async function observe(clients: number): Promise<Observed> {
  const [folder, sink, meter] = [await temporaryFolder(), await openSink(), await openTcpMeter()];
  const stateDir = join(folder, 'state');
  mkdirSync(stateDir);
  copyFileSync(historyOfYear(), join(stateDir, 'history.db'));
  const http = { listen: '127.0.0.1:0' };
  const service = await startService({
    config: { source: { ...meter.source, name: 'home' }, endpoints: [sendingTo(sink, 'home')], http },
    stateDir,
  });
  const asking = startClients(await webUrl(service), addKey(stateDir, 'bench', ['admin']), clients);
  try {
    const lastBytes: number[] = [];
    let most = 0;
    await paced([...telegrams(WARM_UP + TELEGRAMS)], EVERY_MS, async (telegram) => {
      if (lastBytes.length % 10 === 0) most = Math.max(most, memoryOf(service.pid).anonymous);
      lastBytes.push(performance.now());
      await meter.print([telegram], 1);
    });
    await until(() => sink.arrivals.length === lastBytes.length, 10_000);
    const answers = await asking.end();
    if (clients > 0) await wait(REST_MS);
    const latenciesMs = sink.arrivals.map((arrival, index) => arrival - lastBytes[index]!).slice(WARM_UP);
    return { latenciesMs, answers, memory: [most, memoryOf(service.pid).anonymous] };
  } finally {
    await asking.end();
    await service.end();
    await Promise.all([meter.close(), sink.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Clients in a process of their own, which ask until they are ended. */
function startClients(url: string, key: string, count: number): { end(): Promise<readonly Answered[]> } {
  const answers: Answered[] = [];
  const script = join(import.meta.dirname, '../bare/clients.mjs');
  const child = fork(script, [url, key, String(count), ...PATHS], { execArgv: [] });
  const exited = once(child, 'exit');
  child.on('message', (answer: Answered) => answers.push(answer));
  const end = async (): Promise<readonly Answered[]> => {
    child.kill();
    await exited;
    return answers;
  };
  return { end };
}

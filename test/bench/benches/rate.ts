import { setTimeout as wait } from 'node:timers/promises';
import { startService } from '../../support/service.ts';
import type { Bench } from '../bench.ts';
import { telegrams } from '../house.ts';
import { openTcpMeter } from '../meter.ts';
import { spent, threadsCpuMs } from '../process-figures.ts';
import { openSink, sendingTo } from '../sink.ts';

/** Telegrams a second that are tried, one after the other, until some are lost or late. */
const STEPS = [500, 1_000, 1_500, 2_000, 3_000, 4_000, 6_000];
const STEP_S = 4;
/** A service that keeps up has delivered everything this long behind the last byte. */
const LATE_MS = 1_000;

export const rate: Bench = {
  name: 'rate',
  what: 'highest rate over TCP with nothing lost, one endpoint',
  bar: '>= 1000 telegrams a second',
  async run() {
    let [highest, where] = [0, ''];
    for (const step of STEPS) {
      const kept = await keepsUp(step);
      where = kept.where;
      if (!kept.up) break;
      highest = step;
    }
    return {
      figure: `${highest} a second`,
      yardstick: '–',
      ratio: '',
      met: highest >= 1_000,
      where: `each rate for ${STEP_S} s, all delivered ${LATE_MS / 1_000} s later; at the last: ${where}`,
    };
  },
};

async function keepsUp(aSecond: number): Promise<{ up: boolean; where: string }> {
  const [meter, sink] = [await openTcpMeter(), await openSink()];
  const service = await startService({ config: { source: meter.source, endpoints: [sendingTo(sink, 'home')] } });
  try {
    await meter.print([...telegrams(100)], 100);
    const printed = [...telegrams(aSecond * STEP_S)];
    const before = threadsCpuMs(service.pid);
    await meter.print(printed, aSecond);
    await wait(LATE_MS);
    const { main, second } = spent(before, threadsCpuMs(service.pid));
    const delivered = sink.arrivals.length - 100;
    const busy = (cpu: number): string => `${(cpu / STEP_S / 10).toFixed(0)} %`;
    return {
      up: delivered === printed.length,
      where: `${aSecond} a second, ${delivered} of ${printed.length} delivered, main thread busy ${busy(main)}, journal thread ${busy(second)}`,
    };
  } finally {
    await service.end();
    await Promise.all([meter.close(), sink.close()]);
  }
}

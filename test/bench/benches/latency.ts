import type { Bench } from '../bench.ts';
import { everyday } from '../everyday.ts';
import { ms, percentile, times } from '../statistics.ts';

export const latency: Bench = {
  name: 'latency',
  what: 'last byte on the serial port to request at the endpoint, 1 a second',
  bar: 'p50 <= 3 ms, p95 <= 10 ms',
  async run() {
    const { service, bareLoop } = await everyday();
    const [p50, p95] = [0.5, 0.95].map((share) => percentile(service.latenciesMs, share)) as [number, number];
    const [bare50, bare95] = [0.5, 0.95].map((share) => percentile(bareLoop.latenciesMs, share)) as [number, number];
    return {
      figure: `p50 ${ms(p50)}, p95 ${ms(p95)}`,
      yardstick: `p50 ${ms(bare50)}, p95 ${ms(bare95)}`,
      ratio: `${times(p50 / bare50)}, ${times(p95 / bare95)}`,
      met: p50 <= 3 && p95 <= 10,
      where: `${service.latenciesMs.length} requests, the slowest ${ms(Math.max(...service.latenciesMs))}; committed before they are sent`,
    };
  },
};

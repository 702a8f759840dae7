import type { Bench } from '../bench.ts';
import { households } from '../household.ts';
import { mb, median, ms, percentile, times } from '../statistics.ts';

const EVERYTHING = 'two meters, two DSMR-readers, MQTT, Influx, three stream readers and the page';

export const householdCpu: Bench = {
  name: 'household-cpu',
  what: `CPU a telegram with everything on: ${EVERYTHING}`,
  bar: '<= 2.5 x the meters and their DSMR-readers alone',
  async run() {
    const { alone, everything } = await households();
    const [less, more] = [median(alone.cpuMs), median(everything.cpuMs)];
    return {
      figure: ms(more),
      yardstick: ms(less),
      ratio: times(more / less),
      met: more / less <= 2.5,
      where: `rounds ${everything.cpuMs.map((each) => ms(each)).join(', ')} against ${alone.cpuMs.map((each) => ms(each)).join(', ')}`,
    };
  },
};

export const householdMemory: Bench = {
  name: 'household-memory',
  what: `memory with everything on: ${EVERYTHING}`,
  bar: 'RSS at most 30 MB more than the meters and their DSMR-readers alone',
  async run() {
    const { alone, everything } = await households();
    const more = everything.memory.rss - alone.memory.rss;
    const anonymous = everything.memory.anonymous - alone.memory.anonymous;
    return {
      figure: `RSS ${mb(everything.memory.rss)}`,
      yardstick: `RSS ${mb(alone.memory.rss)}`,
      ratio: `${mb(more)} more`,
      met: more <= 30 * 2 ** 20,
      where: `anonymous ${mb(anonymous)} more`,
    };
  },
};

export const mqttLatency: Bench = {
  name: 'mqtt-latency',
  what: 'last byte on the serial port to the state at a subscriber of the broker, live, interval 0, with everything on',
  bar: 'p50 < 5 ms',
  async run() {
    const { everything } = await households();
    const [p50, p95] = [0.5, 0.95].map((share) => percentile(everything.latenciesMs, share)) as [number, number];
    return {
      figure: `p50 ${ms(p50)}, p95 ${ms(p95)}`,
      yardstick: 'none',
      ratio: '',
      met: p50 < 5,
      where: `${everything.latenciesMs.length} states, the slowest ${ms(Math.max(...everything.latenciesMs))}; the telegram is on disk before, and the broker is on the way`,
    };
  },
};

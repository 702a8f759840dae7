import type { Bench } from '../bench.ts';
import { everyday } from '../everyday.ts';
import { median, ms, times } from '../statistics.ts';

export const cpu: Bench = {
  name: 'cpu',
  what: 'CPU a telegram at 1 a second: serial port at 115200, journal, two endpoints',
  bar: '<= 0.6 x a bare loop (serialport, parser-readline, a POST to each)',
  async run() {
    const { service, bareLoop } = await everyday();
    const ours = median(service.rounds.map(({ all }) => all));
    const bare = median(bareLoop.rounds.map(({ all }) => all));
    const part = (name: 'main' | 'second' | 'rest'): string => ms(median(service.rounds.map((round) => round[name])));
    return {
      figure: ms(ours),
      yardstick: ms(bare),
      ratio: times(ours / bare),
      met: ours / bare <= 0.6,
      where: `main thread ${part('main')}, journal thread ${part('second')}, others ${part('rest')}`,
    };
  },
};

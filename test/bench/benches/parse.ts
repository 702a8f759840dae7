import type { Bench } from '../bench.ts';
import { measureEach, type Measured } from '../parse-ways.ts';
import { withSmartmeterObis } from '../smartmeter-obis.ts';
import { times } from '../statistics.ts';

const WHAT = 'bytes to telegrams, CRC16 checked, all values typed';

export const parse: Bench = {
  name: 'parse',
  what: WHAT,
  bar: '<= 8 x the time of its CRC16',
  async run() {
    const meters = await measureEach({ ways: ['parsed', 'checksums', 'framed', 'parsedPlainly'] });
    const worst = Math.max(...meters.map(({ us: [ours = NaN, crc = NaN] }) => ours / crc));
    return {
      figure: `${listOf(meters.map(({ us: [ours] }) => aSecond(ours)))} a second a core`,
      yardstick: listOf(meters.map(({ us: [, crc] }) => aSecond(crc))),
      ratio: `${times(worst)} at most`,
      met: worst <= 8,
      where: meters.map(partsOf).join('; '),
    };
  },
};

export const parsePeer: Bench = {
  name: 'parse-peer',
  what: WHAT,
  bar: ">= 20 x npm's smartmeter-obis",
  run: () =>
    withSmartmeterObis(besideObis).catch((error: unknown) => ({
      figure: '-',
      yardstick: 'not measured',
      ratio: '-',
      met: false,
      where: String(error),
    })),
};

async function besideObis(obis: string) {
  const meters = await measureEach({ ways: ['parsed', 'obis'], obis });
  const ratios = meters.map(({ us: [ours = NaN, obis = NaN] }) => obis / ours);
  return {
    figure: `${listOf(meters.map(({ us: [ours] }) => aSecond(ours)))} a second a core`,
    yardstick: listOf(meters.map(({ us: [, obis] }) => aSecond(obis))),
    ratio: `${times(Math.min(...ratios))} at least`,
    met: Math.min(...ratios) >= 20,
    where: `${meters.map(({ meter }, index) => `${meter} ${times(ratios[index] ?? NaN)}`).join(', ')}; it gets each telegram cut out already, checks no CRC16 and leaves times as text`,
  };
}

function partsOf({ meter, us: [ours, crc, frame, plain] }: Measured): string {
  return `${meter} ${us(ours)}, of it CRC16 ${us(crc)}, framing with it ${us(frame)}; without a remembered shape ${us(plain)}`;
}

const us = (microseconds = NaN): string => `${microseconds.toFixed(2)} µs`;
const aSecond = (microseconds = NaN): string => Math.round(1e6 / microseconds).toLocaleString('en');
const listOf = (figures: readonly string[]): string => figures.join(' / ');

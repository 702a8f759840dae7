import { Reader } from '../../../src/reading/reader.ts';
import { parseReading } from '../../../src/reading/reading.ts';
import { crc16 } from '../../../src/telegram/crc16.ts';
import { Framer, type Found } from '../../../src/telegram/framer.ts';
import type { Bench } from '../bench.ts';
import { printedMeters, type PrintedMeter } from '../meters.ts';
import { withSmartmeterObis, type ReadObis } from '../smartmeter-obis.ts';
import { byTurns, cpuMs, times } from '../statistics.ts';

const ROUNDS = 7;
const PASSES = 5;
const TELEGRAMS = 2_000;
const WHAT = 'bytes to telegrams, CRC16 checked, all values typed';

export const parse: Bench = {
  name: 'parse',
  what: WHAT,
  bar: '<= 8 x the time of its CRC16',
  async run() {
    const meters = await measureEach([parsed, checksums, framed, parsedPlainly]);
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

async function besideObis(readObis: ReadObis) {
  const meters = await measureEach([parsed, ({ raws }) => raws.filter((raw) => readObis(raw) > 0).length]);
  const ratios = meters.map(({ us: [ours = NaN, obis = NaN] }) => obis / ours);
  return {
    figure: `${listOf(meters.map(({ us: [ours] }) => aSecond(ours)))} a second a core`,
    yardstick: listOf(meters.map(({ us: [, obis] }) => aSecond(obis))),
    ratio: `${times(Math.min(...ratios))} at least`,
    met: Math.min(...ratios) >= 20,
    where: `${meters.map(({ name }, index) => `${name} ${times(ratios[index] ?? NaN)}`).join(', ')}; it gets each telegram cut out already, checks no CRC16 and leaves times as text`,
  };
}

/** A way through all telegrams of a meter. @returns how many it got. */
type Way = (meter: PrintedMeter) => number;

interface Measured {
  readonly name: string;
  /** Microseconds of CPU a telegram, for each way. */
  readonly us: readonly number[];
}

async function measureEach(ways: readonly Way[]): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const meter of printedMeters(TELEGRAMS)) {
    const contenders = ways.map((way) => () => (1_000 * cpuMs(() => repeat(way, meter))) / PASSES / TELEGRAMS);
    measured.push({ name: meter.name, us: await byTurns(ROUNDS, contenders) });
  }
  return measured;
}

function repeat(way: Way, meter: PrintedMeter): void {
  for (let pass = 0; pass < PASSES; pass++) {
    const found = way(meter);
    if (found !== TELEGRAMS) throw new Error(`${found} of ${TELEGRAMS} telegrams came out`);
  }
}

const parsed: Way = (meter) => {
  const reader = new Reader();
  return through(meter, (found) => 'source' in found && reader.read(found).meter.time != null);
};

const parsedPlainly: Way = (meter) =>
  through(meter, (found) => 'source' in found && parseReading(found).meter.time != null);

const framed: Way = (meter) => through(meter, (found) => 'source' in found);

const checksums: Way = ({ raws }) => raws.filter((raw) => crc16(raw) >= 0).length;

/** How many of the telegrams that the framer finds hold up. */
function through({ chunks }: PrintedMeter, holds: (found: Found) => boolean): number {
  const framer = new Framer({ source: 'meter', checksum: 'required' });
  let count = 0;
  for (const chunk of chunks) for (const found of framer.push(chunk, 0)) if (holds(found)) count++;
  return count;
}

function partsOf({ name, us: [ours, crc, frame, plain] }: Measured): string {
  return `${name} ${us(ours)}, of it CRC16 ${us(crc)}, framing with it ${us(frame)}; without a remembered shape ${us(plain)}`;
}

const us = (microseconds = NaN): string => `${microseconds.toFixed(2)} µs`;
const aSecond = (microseconds = NaN): string => Math.round(1e6 / microseconds).toLocaleString('en');
const listOf = (figures: readonly string[]): string => figures.join(' / ');

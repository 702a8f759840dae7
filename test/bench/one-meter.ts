/** Measures ways through the telegrams of one meter, in a process of its own, as a service has it. `parse-ways.ts` starts it. */
import { Reader } from '../../src/reading/reader.ts';
import { parseReading } from '../../src/reading/reading.ts';
import { crc16 } from '../../src/telegram/crc16.ts';
import { Framer, type Found } from '../../src/telegram/framer.ts';
import { printedMeter, type PrintedMeter } from './meters.ts';
import type { Order, WayName } from './parse-ways.ts';
import { requireObis } from './smartmeter-obis.ts';
import { byTurns, cpuMs } from './statistics.ts';

const ROUNDS = 15;
const PASSES = 5;
const TELEGRAMS = 2_000;

/** A way through all telegrams of a meter. @returns how many it got. */
type Way = (meter: PrintedMeter) => number;

const WAYS: Readonly<Record<WayName, (order: Order) => Way>> = {
  parsed: () => {
    const reader = new Reader();
    return (meter) => through(meter, (found) => 'source' in found && reader.read(found).meter.time != null);
  },
  parsedPlainly: () => (meter) =>
    through(meter, (found) => 'source' in found && parseReading(found).meter.time != null),
  framed: () => (meter) => through(meter, (found) => 'source' in found),
  checksums:
    () =>
    ({ raws }) =>
      raws.filter((raw) => crc16(raw) >= 0).length,
  obis: ({ obis }) => {
    const readObis = requireObis(obis);
    return ({ raws }) => raws.filter((raw) => readObis(raw) > 0).length;
  },
};

/** How many of the telegrams that the framer finds hold up. */
function through({ chunks }: PrintedMeter, holds: (found: Found) => boolean): number {
  const framer = new Framer({ source: 'meter', checksum: 'required' });
  let count = 0;
  for (const chunk of chunks) for (const found of framer.push(chunk, 0)) if (holds(found)) count++;
  return count;
}

function repeat(way: Way, meter: PrintedMeter): void {
  for (let pass = 0; pass < PASSES; pass++) {
    const found = way(meter);
    if (found !== TELEGRAMS) throw new Error(`${found} of ${TELEGRAMS} telegrams came out`);
  }
}

process.once('message', (order: Order) => {
  void measure(order).then((us) => process.send?.(us, () => process.disconnect()));
});

function measure(order: Order): Promise<number[]> {
  const meter = printedMeter(order.meter, TELEGRAMS);
  const ways = order.ways.map((name) => WAYS[name](order));
  return byTurns(
    ROUNDS,
    ways.map((way) => () => (1_000 * cpuMs(() => repeat(way, meter))) / PASSES / TELEGRAMS),
  );
}

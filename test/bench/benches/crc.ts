import { crc32 } from 'node:zlib';
import { crc16 } from '../../../src/telegram/crc16.ts';
import type { Bench } from '../bench.ts';
import { telegrams } from '../house.ts';
import { byTurns, cpuMs, times } from '../statistics.ts';

const ROUNDS = 9;
const PASSES = 20;

export const crc: Bench = {
  name: 'crc',
  what: 'CRC16 over a telegram',
  bar: '>= 3 x a 256-entry table, >= 0.5 x zlib.crc32',
  async run() {
    const raws = [...telegrams(2_000)];
    const bytes = PASSES * raws.reduce((sum, raw) => sum + raw.length, 0);
    const over = (checksum: (raw: Buffer) => number) => () => cpuMs(() => repeat(raws, checksum));
    const contenders = [over((raw) => crc16(raw)), over(byTable), over((raw) => crc32(raw))];
    const [ours = NaN, table = NaN, native = NaN] = await byTurns(ROUNDS, contenders);
    const speed = (cpu: number): string => `${(bytes / cpu / 1_000).toFixed(0)} MB/s`;
    return {
      figure: speed(ours),
      yardstick: `table ${speed(table)}, zlib.crc32 ${speed(native)}`,
      ratio: `${times(table / ours)}, ${times(native / ours)}`,
      met: table / ours >= 3 && native / ours >= 0.5,
      where: `${((ours * 1e6) / PASSES / raws.length).toFixed(0)} ns a telegram`,
    };
  },
};

/** What the checksums come to is returned, so that nothing can be left out as of no use. */
function repeat(raws: readonly Buffer[], checksum: (raw: Buffer) => number): number {
  let sum = 0;
  for (let pass = 0; pass < PASSES; pass++) for (const raw of raws) sum ^= checksum(raw);
  return sum;
}

const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  return crc;
});

/** The loop that everybody writes. */
function byTable(bytes: Uint8Array): number {
  let crc = 0;
  for (let at = 0; at < bytes.length; at++) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[at]!) & 0xff]!;
  return crc;
}

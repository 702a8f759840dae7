import { ReadlineParser } from '@serialport/parser-readline';
import { crc16 } from '../../../src/telegram/crc16.ts';
import { Framer } from '../../../src/telegram/framer.ts';
import type { Bench } from '../bench.ts';
import { telegrams } from '../house.ts';
import { byTurns, cpuMs, times } from '../statistics.ts';

const ROUNDS = 7;
const TELEGRAMS = 10_000;
const CHUNK_BYTES = 64;

export const framing: Bench = {
  name: 'framing',
  what: 'framing and CRC16 of raw 64-byte chunks',
  bar: '>= 4 x the same through parser-readline',
  async run() {
    const bytes = Buffer.concat([...telegrams(TELEGRAMS)]);
    const chunks = Array.from({ length: Math.ceil(bytes.length / CHUNK_BYTES) }, (_, index) =>
      bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES),
    );
    const measured = (frame: (chunks: readonly Buffer[]) => number) => () =>
      cpuMs(() => {
        const found = frame(chunks);
        if (found !== TELEGRAMS) throw new Error(`${found} of ${TELEGRAMS} telegrams came out`);
      });
    const [ours = NaN, lines = NaN] = await byTurns(ROUNDS, [measured(raw), measured(throughLines)]);
    const each = (cpu: number): string => `${((cpu * 1_000) / TELEGRAMS).toFixed(1)} µs a telegram`;
    const speed = (bytes.length / ours / 1_000).toFixed(0);
    return {
      figure: each(ours),
      yardstick: each(lines),
      ratio: times(lines / ours),
      met: lines / ours >= 4,
      where: `${speed} MB/s; of it the CRC16 ${each(cpuMs(() => checksums(chunks)))}`,
    };
  },
};

function raw(chunks: readonly Buffer[]): number {
  const framer = new Framer({ source: 'meter', checksum: 'required' });
  let found = 0;
  for (const chunk of chunks) found += framer.push(chunk, 0).length;
  return found;
}

/** Lines from parser-readline, put together from `/` to `!` and checked with the same CRC16. */
function throughLines(chunks: readonly Buffer[]): number {
  const parser = new ReadlineParser({
    delimiter: '\n',
    encoding: 'latin1',
    includeDelimiter: true,
    readableObjectMode: true,
  });
  let lines: string[] = [];
  let found = 0;
  parser.on('data', (line: string) => {
    if (line.startsWith('/')) lines = [];
    lines.push(line);
    if (line.startsWith('!') && holds(Buffer.from(lines.join(''), 'latin1'))) found += 1;
  });
  for (const chunk of chunks) parser.write(chunk);
  return found;
}

function holds(raw: Buffer): boolean {
  const mark = raw.lastIndexOf('!');
  return crc16(raw, 0, mark + 1) === parseInt(raw.toString('latin1', mark + 1, mark + 5), 16);
}

function checksums(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, chunk) => sum ^ crc16(chunk), 0);
}

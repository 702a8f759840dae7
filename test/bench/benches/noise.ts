import { ReadlineParser } from '@serialport/parser-readline';
import { LineGuard } from '../../../src/serial/line-guard.ts';
import { Framer } from '../../../src/telegram/framer.ts';
import { createDice } from '../../support/dice.ts';
import type { Bench } from '../bench.ts';
import { byTurns, cpuMs } from '../statistics.ts';

const ROUNDS = 3;
const NOISE_BYTES = 4_000_000;
const CHUNK_BYTES = 64;

export const noise: Bench = {
  name: 'noise',
  what: '4 MB of noise without a newline, through the serial path',
  bar: '<= 8 kB held, >= 100 x less CPU than parser-readline alone',
  async run() {
    const chunks = noiseChunks();
    let held = 0;
    const [ours = NaN, alone = NaN] = await byTurns(ROUNDS, [
      () => cpuMs(() => (held = throughSerialPath(chunks))),
      () => cpuMs(() => throughReadline(chunks)),
    ]);
    return {
      figure: `${held} B held, ${ours.toFixed(0)} ms of CPU`,
      yardstick: `${NOISE_BYTES} B held, ${alone.toFixed(0)} ms of CPU`,
      ratio: `${(alone / ours).toFixed(0)} x less CPU`,
      met: held <= 8_192 && alone / ours >= 100,
      where:
        'held: most bytes that had gone in and neither come out nor been passed over, line guard and framer together',
    };
  },
};

/** Bytes by chance, but for what may be read as a line end (parity bit or not) or passed over without being counted. */
function noiseChunks(): Buffer[] {
  const dice = createDice(1);
  const bytes = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => ![0, 10, 13].includes(byte & 0x7f));
  const noise = Buffer.from(Array.from({ length: NOISE_BYTES }, () => bytes[Math.floor(dice() * bytes.length)]!));
  return Array.from({ length: NOISE_BYTES / CHUNK_BYTES }, (_, index) =>
    noise.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES),
  );
}

/** @returns how many bytes were held at most. */
function throughSerialPath(chunks: readonly Buffer[]): number {
  const guard = new LineGuard();
  const framer = new Framer({ source: 'meter', checksum: 'required' });
  let went = 0;
  let rejected = 0;
  let held = 0;
  guard.on('data', (line: string) => {
    for (const { raw } of framer.push(Buffer.from(line, 'latin1'), 0)) rejected += raw.length;
  });
  for (const chunk of chunks) {
    guard.write(chunk);
    went += chunk.length;
    held = Math.max(held, went - framer.noiseBytes - rejected);
  }
  guard.destroy();
  return held;
}

function throughReadline(chunks: readonly Buffer[]): void {
  const parser = new ReadlineParser({ delimiter: '\n' });
  for (const chunk of chunks) parser.write(chunk);
}

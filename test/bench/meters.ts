import { createDice } from '../support/dice.ts';
import { fixture, withChecksum } from '../support/telegrams.ts';

/** Telegrams of one meter, all of them different. */
export interface PrintedMeter {
  readonly raws: readonly Buffer[];
  /** The same as a stream, in pieces as a serial port or a gateway gives them. */
  readonly chunks: readonly Buffer[];
}

const CHUNK_BYTES = 4_096;
const SAMPLES = {
  'DSMR 5': 'derived/nl-dsmr-5.0.2-recrc.txt',
  Luxembourg: 'lu-smarty-1.1.3.txt',
  Belgium: 'derived/be-emucs-2.1.1-3f-recrc.txt',
} as const;

export type MeterName = keyof typeof SAMPLES;

export const METERS = Object.keys(SAMPLES) as readonly MeterName[];

/** The example of a specification as so many telegrams, a second from one to the next. */
export function printedMeter(name: MeterName, count: number): PrintedMeter {
  const sample = fixture(SAMPLES[name]).toString('latin1');
  const raws = Array.from({ length: count }, (_, second) => another(sample, second));
  return { raws, chunks: cut(Buffer.concat(raws)) };
}

/** Every number with a unit that stands alone in its line, or behind a time: registers, powers, voltages, currents, volumes. */
const NUMBER = /^(\d-\d:[\d.]+(?:\(\d+[SW]\))?\()([\d.]+)(?=\*\w+\)\r?$)/gm;
const CLOCK = /^(0-0:1\.0\.0\(\d{6})\d{6}/m;

/** The same telegram with other digits in these numbers, so many seconds after midnight. */
function another(sample: string, second: number): Buffer {
  const dice = createDice(second);
  const text = sample
    .slice(0, sample.lastIndexOf('!') + 1)
    .replace(
      NUMBER,
      (_, before: string, number: string) => before + number.replace(/\d/g, () => String(Math.floor(10 * dice()))),
    )
    .replace(CLOCK, (_, before: string) => before + clockAt(second));
  return withChecksum(text);
}

function clockAt(second: number): string {
  return new Date(1_000 * second).toISOString().slice('YYYY-MM-DDT'.length, -'.000Z'.length).replaceAll(':', '');
}

function cut(stream: Buffer): Buffer[] {
  return Array.from({ length: Math.ceil(stream.length / CHUNK_BYTES) }, (_, index) =>
    stream.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES),
  );
}

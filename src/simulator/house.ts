import { gasAt, wattsAt } from './household.ts';
import { localTime } from './local-time.ts';
import { Meter } from './meter.ts';
import { printTelegram } from './print.ts';

const SECOND_MS = 1_000;

interface House {
  /** What the clock of the meter shows in the first telegram; seconds are whole. */
  readonly start: Date;
  readonly seed: number;
  readonly phases: 1 | 3;
  /** Whole seconds of its time from one telegram to the next, 1 to 60; 1 unless given. */
  readonly stepS?: number;
}

/**
 * The telegrams of a made-up Dutch house: people, sun on the roof, gas every five minutes. The same seed and step give the same
 * bytes.
 */
export function* simulateHouse({ start, seed, phases, stepS = 1 }: House): Generator<Buffer, never> {
  const meter = new Meter(seed);
  for (let at = wholeSecond(start); ; at = new Date(at.getTime() + stepS * SECOND_MS)) {
    const watts = wattsAt(at, localTime(at), seed, phases);
    const state = meter.count({ at, watts, seconds: stepS }, (end, local) => gasAt(end, local, seed));
    yield printTelegram(state);
  }
}

function wholeSecond(at: Date): Date {
  return new Date(Math.floor(at.getTime() / SECOND_MS) * SECOND_MS);
}

import { gasAt, wattsAt } from './household.ts';
import { localTime } from './local-time.ts';
import { Meter } from './meter.ts';
import { printTelegram } from './print.ts';

const SECOND_MS = 1_000;

/**
 * The telegrams of a made-up Dutch house: people, sun on the roof, gas every five minutes. One second of its time lies
 * between two telegrams, the first shows `start` (seconds are whole). The same seed gives the same bytes.
 */
export function* simulateHouse(house: { start: Date; seed: number; phases: 1 | 3 }): Generator<Buffer, never> {
  const meter = new Meter(house.seed);
  for (let at = wholeSecond(house.start); ; at = new Date(at.getTime() + SECOND_MS)) {
    const watts = wattsAt(at, localTime(at), house.seed, house.phases);
    const state = meter.count(at, watts, (end, local) => gasAt(end, local, house.seed));
    yield printTelegram(state);
  }
}

function wholeSecond(at: Date): Date {
  return new Date(Math.floor(at.getTime() / SECOND_MS) * SECOND_MS);
}

import { chance } from './chance.ts';
import { localTime, type LocalTime } from './local-time.ts';

/** What a DSMR 5 meter knows at the end of a second. */
export interface MeterState {
  readonly clock: LocalTime;
  readonly serial: string;
  /** 1 = low (night and weekend), 2 = normal. Source: DSMR P1 Companion Standard 5.0.2, §6.12. */
  readonly tariff: 1 | 2;
  /** Watts on each phase, L1 first; below zero is power that goes back to the grid. */
  readonly watts: readonly number[];
  /** Tenths of a volt on each phase. */
  readonly decivolts: readonly number[];
  /** Whole Wh delivered to and returned by the client, by tariff. */
  readonly deliveredWh: Readonly<Record<1 | 2, number>>;
  readonly returnedWh: Readonly<Record<1 | 2, number>>;
  readonly gas: { readonly serial: string; readonly clock: LocalTime; readonly dm3: number };
}

/** Whole seconds with these powers; `at` is their end. */
interface Stretch {
  readonly at: Date;
  readonly seconds: number;
  readonly watts: readonly number[];
}

const WATT_SECONDS_A_WH = 3_600;
const FIVE_MINUTES_MS = 300_000;

/**
 * The registers of a meter, in watt-seconds so that every second of power is in them exactly. The power of all phases
 * is netted before it is counted, as Dutch meters do.
 */
export class Meter {
  readonly #seed: number;
  readonly #delivered: Record<1 | 2, number>;
  readonly #returned: Record<1 | 2, number>;
  #gasDm3: number;
  #gasAt: number | undefined;

  constructor(seed: number) {
    this.#seed = seed;
    const wattSeconds = (which: number, kWh: number) =>
      Math.floor(kWh * 1_000 * chance(seed, 10, which)) * WATT_SECONDS_A_WH;
    this.#delivered = { 1: wattSeconds(0, 20_000), 2: wattSeconds(1, 20_000) };
    this.#returned = { 1: wattSeconds(2, 4_000), 2: wattSeconds(3, 9_000) };
    this.#gasDm3 = Math.floor(10_000_000 * chance(seed, 11));
  }

  /** Lets a stretch of time pass. `gasOf` says what was burnt in five minutes. */
  count({ at, watts, seconds }: Stretch, gasOf: (end: Date, local: LocalTime) => number): MeterState {
    const clock = localTime(at);
    const tariff = tariffAt(clock);
    const net = seconds * watts.reduce((sum, power) => sum + power, 0);
    if (net > 0) this.#delivered[tariff] += net;
    else this.#returned[tariff] -= net;
    return {
      clock,
      tariff,
      watts,
      serial: serialNumber('E0044007', this.#seed),
      decivolts: watts.map((power, phase) => voltage(at, power, phase, this.#seed)),
      deliveredWh: inWh(this.#delivered),
      returnedWh: inWh(this.#returned),
      gas: { serial: serialNumber('G0039003', this.#seed), ...this.#readGas(at, gasOf) },
    };
  }

  #readGas(at: Date, gasOf: (end: Date, local: LocalTime) => number): { clock: LocalTime; dm3: number } {
    const readAt = at.getTime() - (at.getTime() % FIVE_MINUTES_MS);
    const clock = localTime(new Date(readAt));
    if (this.#gasAt !== undefined && this.#gasAt !== readAt) this.#gasDm3 += gasOf(new Date(readAt), clock);
    this.#gasAt = readAt;
    return { clock, dm3: this.#gasDm3 };
  }
}

/** Low from 23:00 to 07:00 and in the weekend. */
function tariffAt({ wall }: LocalTime): 1 | 2 {
  const weekend = wall.getUTCDay() === 0 || wall.getUTCDay() === 6;
  return weekend || wall.getUTCHours() >= 23 || wall.getUTCHours() < 7 ? 1 : 2;
}

/** What flows back lifts the voltage, what is drawn lowers it. */
function voltage(at: Date, watts: number, phase: number, seed: number): number {
  return Math.round(2_310 - watts / 250 + 30 * chance(seed, 12, phase, Math.floor(at.getTime() / 10_000)));
}

function inWh(wattSeconds: Readonly<Record<1 | 2, number>>): Record<1 | 2, number> {
  return { 1: Math.floor(wattSeconds[1] / WATT_SECONDS_A_WH), 2: Math.floor(wattSeconds[2] / WATT_SECONDS_A_WH) };
}

function serialNumber(type: string, seed: number): string {
  return (
    type +
    Math.floor(1e9 * chance(seed, 13))
      .toString()
      .padStart(9, '0')
  );
}

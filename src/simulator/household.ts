import { chance } from './chance.ts';
import type { LocalTime } from './local-time.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
// Utrecht.
const LATITUDE = (52.1 * Math.PI) / 180;
const LONGITUDE_MS = (5.1 / 360) * DAY_MS;

// What is always on or follows the people: watts at each full hour of the local day, straight lines between them.
const BASE_WATTS = [
  150, 140, 130, 130, 135, 150, 220, 330, 310, 260, 240, 250, 280, 260, 240, 250, 300, 420, 520, 540, 500, 440, 330,
  220,
];

interface Appliance {
  readonly watts: number;
  /** How long it stays on. */
  readonly minutes: number;
  /** The local hours in which it may start. */
  readonly hours: readonly [from: number, to: number];
  /** How often it does, of the moments when it could. */
  readonly share: number;
  /** 0 = L1; on a single-phase meter all are on L1. */
  readonly phase: number;
}

const APPLIANCES: readonly Appliance[] = [
  { watts: 90, minutes: 15, hours: [0, 24], share: 0.4, phase: 0 }, // fridge
  { watts: 2_000, minutes: 3, hours: [6, 23], share: 0.03, phase: 0 }, // kettle
  { watts: 1_800, minutes: 20, hours: [17, 19], share: 0.5, phase: 1 }, // hob
  { watts: 2_100, minutes: 30, hours: [9, 21], share: 0.06, phase: 2 }, // washing machine, heating
  { watts: 2_300, minutes: 5, hours: [7, 9], share: 0.1, phase: 1 }, // hair dryer
  { watts: 700, minutes: 60, hours: [10, 22], share: 0.05, phase: 2 }, // tumble dryer with heat pump
];

const SOLAR_PHASE = 1;
const SOLAR_PEAK_WATTS = 3_600;

/** Watts on each phase of the house of `seed`, L1 first; below zero is power that goes back to the grid. */
export function wattsAt(at: Date, local: LocalTime, seed: number, phases: 1 | 3): number[] {
  const watts = Array.from({ length: phases }, () => baseWatts(at, local, seed) / phases);
  const add = (phase: number, power: number) => {
    const index = phase % phases;
    watts[index] = (watts[index] ?? 0) + power;
  };
  for (const [kind, appliance] of APPLIANCES.entries()) {
    if (isOn(appliance, kind, at, local, seed)) add(appliance.phase, appliance.watts);
  }
  add(SOLAR_PHASE, -solarWatts(at, seed));
  return watts.map(Math.round);
}

/** Gas that the house burns in the five minutes that end at `at`, in whole dm³. */
export function gasAt(at: Date, local: LocalTime, seed: number): number {
  const hour = local.wall.getUTCHours();
  const cold = 0.5 + 0.5 * Math.cos(yearAngle(at));
  const heating = hour >= 6 && hour < 23 ? 90 * cold : 15 * cold;
  const shower = (hour === 7 || hour === 22) && chance(seed, 20, at.getTime() / MINUTE_MS) < 0.3 ? 70 : 0;
  return Math.round(heating * (0.5 + chance(seed, 21, at.getTime() / MINUTE_MS)) + shower);
}

function baseWatts(at: Date, { wall }: LocalTime, seed: number): number {
  const hour = wall.getUTCHours();
  const part = wall.getUTCMinutes() / 60;
  const from = BASE_WATTS[hour] ?? 0;
  const to = BASE_WATTS[(hour + 1) % 24] ?? 0;
  const flicker = 0.9 + 0.2 * chance(seed, 1, Math.floor(at.getTime() / 10_000));
  return (from + (to - from) * part) * flicker;
}

function isOn(appliance: Appliance, kind: number, at: Date, { wall }: LocalTime, seed: number): boolean {
  const [from, to] = appliance.hours;
  const hour = wall.getUTCHours();
  const slot = Math.floor(at.getTime() / (appliance.minutes * MINUTE_MS));
  return hour >= from && hour < to && chance(seed, 2, kind, slot) < appliance.share;
}

function solarWatts(at: Date, seed: number): number {
  const declination = -0.409 * Math.cos(yearAngle(at));
  const hourAngle = (((at.getTime() + LONGITUDE_MS) % DAY_MS) / DAY_MS - 0.5) * 2 * Math.PI;
  const height =
    Math.sin(LATITUDE) * Math.sin(declination) + Math.cos(LATITUDE) * Math.cos(declination) * Math.cos(hourAngle);
  return height <= 0 ? 0 : SOLAR_PEAK_WATTS * height * brightness(at, seed);
}

/** How much of the sun comes through: drifts from one five minutes to the next, around a mean of the day. */
function brightness(at: Date, seed: number): number {
  const slots = at.getTime() / (5 * MINUTE_MS);
  const day = 0.3 + 0.7 * chance(seed, 3, Math.floor(at.getTime() / DAY_MS));
  const from = chance(seed, 4, Math.floor(slots));
  const to = chance(seed, 4, Math.floor(slots) + 1);
  return day * (0.6 + 0.4 * (from + (to - from) * (slots % 1)));
}

/** 0 at the winter solstice, π at that of summer. */
function yearAngle(at: Date): number {
  return ((at.getTime() - Date.UTC(2000, 11, 21)) / (365.25 * DAY_MS)) * 2 * Math.PI;
}

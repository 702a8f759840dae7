import { readGlued, readPrinted } from '../reading/quantity.ts';
import { unitOf } from '../reading/units.ts';
import type { CosemObject } from './cosem.ts';

/** A register that only grows: what stands in it, in the smallest unit of its kind, and how fast it can grow. */
export interface Counter {
  readonly value: bigint;
  /** As it is printed, in small letters. */
  readonly unit: string;
  readonly growth: Growth;
}

/** The counter that an object prints; undefined where it is none, or its value cannot be read. */
export function readCounter({ obis, groups }: CosemObject): Counter | undefined {
  const place = PLACES.find(({ reference }) => reference.test(obis));
  const group = groups.at(-1);
  const { value = '', unit = '' } = readPrinted(group, place?.unit(groups)) ?? readGlued(group ?? '') ?? {};
  const [normal = '', places = 0] = unitOf(unit) ?? [];
  const kind = KINDS.get(normal);
  if (place === undefined || kind === undefined || !NUMBER.test(value)) return undefined;
  return { value: inSmallest(value, kind.decimals + places), unit: unit.toLowerCase(), growth: kind.growth };
}

/** Whether `now` can be what `last` has grown to, `elapsedMs` later. */
export function canFollow(now: Counter, last: Counter, elapsedMs: number): boolean {
  const { atOnce, anHour } = last.growth;
  const inThatTime = (anHour * BigInt(Math.round(Math.max(0, elapsedMs)))) / HOUR_MS;
  const most = atOnce > inThatTime ? atOnce : inThatTime;
  return now.unit === last.unit && now.value >= last.value && now.value - last.value <= most;
}

/** In the smallest unit. At once: from one telegram to the next, however soon; gas is printed hourly. */
interface Growth {
  readonly atOnce: bigint;
  readonly anHour: bigint;
}

/** 100 kWh, and 60 kW: more than three phases of 80 A. In mWh. */
const ENERGY: Growth = { atOnce: 100_000_000n, anHour: 60_000_000n };
/** 50 m3, and 20 m3 an hour: more than the largest domestic gas meter lets through. In cm3. */
const VOLUME: Growth = { atOnce: 50_000_000n, anHour: 20_000_000n };
/** As ENERGY, in joules. */
const HEAT: Growth = { atOnce: 360_000_000n, anHour: 216_000_000n };

/** Of the units of a reading: decimals to the smallest one of its kind. */
const KINDS: ReadonlyMap<string, { readonly decimals: number; readonly growth: Growth }> = new Map([
  ['kWh', { decimals: 6, growth: ENERGY }],
  ['kvarh', { decimals: 6, growth: ENERGY }],
  ['kVAh', { decimals: 6, growth: ENERGY }],
  ['m3', { decimals: 6, growth: VOLUME }],
  ['GJ', { decimals: 9, growth: HEAT }],
]);

/**
 * Where counters stand, and the unit where none is printed behind the value. Energy: imported and exported, active,
 * reactive and apparent, and their sum; not 16.8, a balance that falls. M-Bus devices: the register, and the profile of
 * DSMR 2.2 and 3.0, which has its unit in a group of its own.
 */
const PLACES: readonly { reference: RegExp; unit: (groups: readonly string[]) => string | undefined }[] = [
  { reference: /(?:^|:)(?:[1-9]|10|15)\.8\.\d+$/, unit: () => 'kWh' },
  { reference: /^0-\d+:24\.2\.\d+$/, unit: () => undefined },
  { reference: /^0-\d+:24\.3\.[01]$/, unit: (groups) => groups[5] },
];
const NUMBER = /^\d{1,15}(?:\.\d{1,15})?$/;
const HOUR_MS = 3_600_000n;

function inSmallest(number: string, decimals: number): bigint {
  const [whole = '', fraction = ''] = number.split('.');
  return BigInt(whole + fraction.slice(0, decimals).padEnd(decimals, '0'));
}

import type { Capture } from './captures.ts';
import { devicesOf, wasRead } from './devices.ts';
import type { Reading } from './reading.ts';

/** The gas meter of a reading. Its time is never void. */
export interface GasMeter extends Capture {
  readonly time: string;
  readonly unit: string;
  readonly channel: number;
  readonly equipmentId: string | undefined;
  /** Whether its time is to come: its clock is wrong, or the register is left from when it was. */
  readonly isAhead: boolean;
}

/** What is known beside the reading. */
export interface GasHints {
  /** As {@link devicesOf} takes it. */
  readonly receivedAt?: Date | undefined;
  /** The channel that a person named: what is there counts, whatever its type. */
  readonly channel?: number | undefined;
}

/** Why it is this one: there is no other, what it has before the others, or that it is on the highest channel. */
export type GasReason = 'only' | (typeof CLAIMS)[number]['reason'] | 'last';

/**
 * Which device on the M-Bus is the gas meter, by its volume: never water, nor a meter that was swapped or is dead. One that is
 * late by days counts: its register is as good as its time. Undefined where there is none.
 */
export function gasMeter(reading: Reading, hints: GasHints = {}): GasMeter | undefined {
  return chooseGasMeter(reading, hints)?.meter;
}

/**
 * The same, and why. Which one is left follows from claims taken one after the other: each drops those that fail it, unless
 * all do.
 */
export function chooseGasMeter(
  reading: Reading,
  hints: GasHints = {},
): { readonly meter: GasMeter; readonly reason: GasReason } | undefined {
  let left = candidates(reading, hints);
  let reason: GasReason = 'only';
  for (const claim of CLAIMS) {
    const kept = left.filter((meter) => claim.holds(meter, left));
    if (kept.length > 0 && kept.length < left.length) [left, reason] = [kept, claim.reason];
  }
  // Channels are given in the order of installation.
  const meter = left.at(-1);
  return meter && { meter, reason: left.length > 1 ? 'last' : reason };
}

/**
 * The same for a reading that follows another of this meter: the gas meter of that one remains, so that two that report by
 * turns are not taken for one. It gives way when it is there no longer, a day behind another, or ahead of all clocks where another
 * is not. A fall to zero is not
 * believed for two hours, for some meters fall when the clocks change: until then the last register stands.
 */
export function nextGasMeter(last: GasMeter | undefined, reading: Reading, hints: GasHints = {}): GasMeter | undefined {
  const chosen = gasMeter(reading, hints);
  const same = last && candidates(reading, hints).find((meter) => isSame(meter, last));
  if (last === undefined || same === undefined || chosen === undefined) return chosen;
  if (msBetween(same, chosen) > DAY || (same.isAhead && !chosen.isAhead)) return chosen;
  const passed = msBetween(last, same);
  const hasFallen = Number(same.value) === 0 && Number(last.value) > 0;
  return hasFallen && passed >= 0 && passed < 2 * HOUR ? last : same;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

interface Claim {
  readonly reason: string;
  readonly holds: (meter: GasMeter, among: readonly GasMeter[]) => boolean;
}

const CLAIMS = [
  { reason: 'clock', holds: ({ isAhead }) => !isAhead },
  { reason: 'id', holds: ({ equipmentId }) => equipmentId !== undefined },
  {
    reason: 'newest',
    holds: ({ time }, among) => Date.parse(time) >= Math.max(...among.map((other) => Date.parse(other.time))) - HOUR,
  },
  { reason: 'moved', holds: ({ value }) => Number(value) > 0 },
] as const satisfies readonly Claim[];

function candidates(reading: Reading, { receivedAt, channel: named }: GasHints): readonly GasMeter[] {
  return devicesOf(reading, receivedAt)
    .filter(({ kind, channel }) => (named === undefined ? kind === 'gas' : channel === named))
    .flatMap(({ state, channel, equipmentId, register }) =>
      state !== 'dead' && wasRead(register) && register.unit === 'm3'
        ? [{ ...register, channel, equipmentId, isAhead: state === 'ahead' }]
        : [],
    );
}

/** A device is known by its id, and by its channel where it has none. */
function isSame(one: GasMeter, other: GasMeter): boolean {
  return one.equipmentId === other.equipmentId && (one.equipmentId !== undefined || one.channel === other.channel);
}

function msBetween(earlier: GasMeter, later: GasMeter): number {
  return Date.parse(later.time) - Date.parse(earlier.time);
}

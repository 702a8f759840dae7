import type { Capture } from './captures.ts';
import { devicesOf, wasRead } from './devices.ts';
import type { Reading } from './reading.ts';

/** The gas meter of a reading. Its time is never void. */
export interface GasMeter extends Capture {
  readonly time: string;
  readonly unit: string;
  readonly channel: number;
  readonly equipmentId: string | undefined;
}

/**
 * Which device on the M-Bus is the gas meter, by its volume: never water, nor a meter that was swapped or is dead. One that is
 * late by days counts: its register is as good as its time. Undefined where there is none. Which one is left follows from claims
 * taken one after the other: each drops those that fail it, unless all do. `receivedAt` as {@link devicesOf} takes it.
 */
export function gasMeter(reading: Reading, receivedAt?: Date): GasMeter | undefined {
  return CLAIMS.reduce<readonly GasMeter[]>(prefer, candidates(reading, receivedAt)).at(-1);
}

/**
 * The same for a reading that follows another of this meter: the gas meter of that one remains, so that two that report by
 * turns are not taken for one. It gives way when it is there no longer, or a day behind another. A fall to zero is not
 * believed for two hours, for some meters fall when the clocks change: until then the last register stands.
 */
export function nextGasMeter(
  last: GasMeter | undefined,
  reading: Reading,
  receivedAt?: Date,
): GasMeter | undefined {
  const chosen = gasMeter(reading, receivedAt);
  const same = last && candidates(reading, receivedAt).find((meter) => isSame(meter, last));
  if (last === undefined || same === undefined || chosen === undefined) return chosen;
  if (msBetween(same, chosen) > DAY) return chosen;
  const passed = msBetween(last, same);
  const hasFallen = Number(same.value) === 0 && Number(last.value) > 0;
  return hasFallen && passed >= 0 && passed < 2 * HOUR ? last : same;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

type Claim = (meter: GasMeter, among: readonly GasMeter[]) => boolean;

/** The last of those that are left is the one on the highest channel: channels are given in the order of installation. */
const CLAIMS: readonly Claim[] = [
  ({ equipmentId }) => equipmentId !== undefined,
  ({ time }, among) => Date.parse(time) >= Math.max(...among.map((other) => Date.parse(other.time))) - HOUR,
  ({ value }) => Number(value) > 0,
];

function prefer(meters: readonly GasMeter[], claim: Claim): readonly GasMeter[] {
  const kept = meters.filter((meter) => claim(meter, meters));
  return kept.length > 0 ? kept : meters;
}

function candidates(reading: Reading, receivedAt: Date | undefined): GasMeter[] {
  return devicesOf(reading, receivedAt)
    .filter(({ kind, state }) => kind === 'gas' && state !== 'dead')
    .flatMap(({ channel, equipmentId, register }) =>
      wasRead(register) && register.unit === 'm3' ? [{ ...register, channel, equipmentId }] : [],
    );
}

/** A device is known by its id, and by its channel where it has none. */
function isSame(one: GasMeter, other: GasMeter): boolean {
  return one.equipmentId === other.equipmentId && (one.equipmentId !== undefined || one.channel === other.channel);
}

function msBetween(earlier: GasMeter, later: GasMeter): number {
  return Date.parse(later.time) - Date.parse(earlier.time);
}

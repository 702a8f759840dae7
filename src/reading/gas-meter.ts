import type { Capture } from './captures.ts';
import type { MbusValues } from './fields.ts';
import type { Reading } from './reading.ts';

/** The gas meter of a reading. Its time is never void. */
export interface GasMeter extends Capture {
  readonly time: string;
  readonly unit: string;
  readonly channel: number;
  readonly equipmentId: string | undefined;
}

/**
 * Which device on the M-Bus is the gas meter: never water, nor a meter that was swapped and reports no more. Undefined
 * where there is none. A device counts by its type; one without a type counts if it is the only one that gives m3.
 * Which one is left follows from claims taken one after the other: each drops those that fail it, unless all do.
 */
export function gasMeter(reading: Reading): GasMeter | undefined {
  const alive = Object.entries(reading.mbus).flatMap(([channel, values]) => gasOf(Number(channel), values, reading));
  return CLAIMS.reduce<readonly GasMeter[]>(prefer, alive).at(-1);
}

const GAS = 3;
const HOUR = 3_600_000;

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

function gasOf(channel: number, values: MbusValues, reading: Reading): GasMeter[] {
  const { time = null, unit, value = '' } = registerOf(values) ?? {};
  const isGas = values.deviceType === GAS || (values.deviceType === undefined && isOnlyVolume(values, reading));
  if (!isGas || time === null || unit === undefined) return [];
  return [{ channel, equipmentId: values.equipmentId, time, value, unit }];
}

function isOnlyVolume(values: MbusValues, { mbus }: Reading): boolean {
  const volumes = Object.values(mbus).filter((other) => registerOf(other)?.unit?.toLowerCase() === 'm3');
  return volumes.length === 1 && volumes[0] === values;
}

function registerOf({ register, registerUnconverted, registerHourly }: MbusValues): Capture | undefined {
  return register ?? registerUnconverted ?? registerHourly;
}

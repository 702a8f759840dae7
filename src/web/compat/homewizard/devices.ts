import { wasRead, type Device } from '../../../reading/devices.ts';
import type { GasMeter } from '../../../reading/gas-meter.ts';
import { DEVICE_TYPES, type Data } from './fields.ts';
import { deviceIdIn } from './identifiers.ts';
import { inUnits, stampOf } from './quantities.ts';

/** The gas meter of the house. */
export function gasOf({ channel, time, ...volume }: GasMeter, raw: Buffer): Data {
  return { total_gas_m3: inUnits(volume), gas_timestamp: stampOf(time), gas_unique_id: deviceIdIn(raw, channel) };
}

/** A device that is dead is left out: its last value would stand for ever. */
export function externalOf({ channel, kind, state, register }: Device, type: number | undefined, raw: Buffer): Data[] {
  const theirs = DEVICE_TYPES[type ?? 0] ?? DEVICE_TYPES[kind];
  if (theirs === undefined || state === 'dead' || !wasRead(register)) return [];
  const { unit, time } = register;
  const device = { unique_id: deviceIdIn(raw, channel), type: theirs, timestamp: stampOf(time) };
  return [{ ...device, value: inUnits(register), unit }];
}

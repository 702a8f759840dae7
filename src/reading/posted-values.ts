import { DSMR_READER_FIELDS } from './dsmr-reader-fields.ts';
import type { MbusValues, MeterValues } from './fields.ts';
import { readPosted, type Posted } from './posted.ts';

interface PostedValues {
  readonly meter: MeterValues;
  readonly mbus: Readonly<Record<number, MbusValues>>;
}

/** What was posted, under our own names. */
export function valuesOfPosted(raw: Uint8Array): PostedValues {
  const posted = readPosted(raw);
  const meter: Record<string, unknown> = {};
  const { timestamp } = posted;
  if (timestamp !== undefined) meter['time'] = timestamp;
  for (const [theirs, { unit }, , ours] of DSMR_READER_FIELDS) {
    const value = posted[theirs];
    if (value !== undefined) meter[ours] = { value: String(value), unit };
  }
  return { meter, mbus: gasOf(posted) };
}

/** Source: EN 13757-3, table of device types. */
const GAS = 3;

/** DSMR-reader calls it the extra device, and counts it as gas. */
function gasOf({ extra_device_timestamp: time, extra_device_delivered: value }: Posted): Record<number, MbusValues> {
  if (typeof time !== 'string' || value === undefined) return {};
  return { 1: { deviceType: GAS, register: { time, value: String(value), unit: 'm3' } } };
}

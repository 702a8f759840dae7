import { nextGasMeter, type GasMeter } from '../reading/gas-meter.ts';
import { localTime, standardOffsetMinutes } from '../reading/local-time.ts';
import { isPosted, readPosted } from '../reading/posted.ts';
import { Reader } from '../reading/reader.ts';
import type { Reading } from '../reading/reading.ts';
import { equipmentOf, namedDevices, type Equipment } from '../reading/state-devices.ts';
import type { Telegram } from '../telegram/telegram.ts';
import { type DsmrReading, dsmrReading } from './dsmr-fields.ts';

/**
 * Reads telegrams, one behind the other, of a meter that stands in this time zone in DSMR-reader's own fields, its gas meter on
 * this channel where that is known. Throws what {@link dsmrReading} throws.
 */
export function readingFields(timeZone: string, gasChannel?: number): (telegram: Telegram) => DsmrReading {
  const read = readingWithFields(timeZone, gasChannel);
  return (telegram) => read(telegram).fields;
}

/** The same, with the reading that the fields are of, and whose the values are. */
export function readingWithFields(
  timeZone: string,
  gasChannel?: number,
): (telegram: Telegram) => { readonly reading: Reading; readonly fields: DsmrReading; readonly equipment: Equipment } {
  const site = { standardOffset: standardOffsetMinutes(timeZone) };
  const reader = new Reader(site);
  let gas: GasMeter | undefined;
  return (telegram) => {
    const reading = reader.read(telegram);
    if (isPosted(telegram.raw)) return { reading, fields: { ...readPosted(telegram.raw) }, equipment: {} };
    // Without a clock, or with one that was never set: when the telegram was read.
    const time = reading.meter.time ?? localTime(telegram.receivedAt, timeZone);
    gas = nextGasMeter(gas, reading, { receivedAt: telegram.receivedAt, channel: gasChannel });
    const devices = namedDevices(reading, { gas, receivedAt: telegram.receivedAt });
    return { reading, fields: dsmrReading(reading, time, gas), equipment: equipmentOf(reading, devices) };
  };
}

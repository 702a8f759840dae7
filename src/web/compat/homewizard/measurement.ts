import { devicesOf } from '../../../reading/devices.ts';
import type { MeterValues } from '../../../reading/fields.ts';
import { nextGasMeter, type GasMeter } from '../../../reading/gas-meter.ts';
import { modelOf } from '../../../reading/meter-model.ts';
import type { Quantity } from '../../../reading/quantity.ts';
import type { NewestTelegram } from '../../newest-reading.ts';
import { externalOf, gasOf } from './devices.ts';
import { FIELDS, MAKERS, TARIFFS, type Data, type Kind } from './fields.ts';
import { currentsOf, energyOf, powersOf } from './flows.ts';
import { meterIdIn } from './identifiers.ts';
import { base, inUnits, stampOf } from './quantities.ts';

/** Makes the data of a HomeWizard of telegrams: once of each, however many ask. */
export class Measurement {
  readonly #gasChannel: number | undefined;
  #gas: GasMeter | undefined;
  #last: { readonly newest: NewestTelegram; readonly data: Data } | undefined;

  constructor(gasChannel: number | undefined) {
    this.#gasChannel = gasChannel;
  }

  of(newest: NewestTelegram): Data {
    if (this.#last?.newest !== newest) this.#last = { newest, data: this.#make(newest) };
    return this.#last.data;
  }

  #make(newest: NewestTelegram): Data {
    const { reading, receivedAt, raw } = newest;
    const { meter } = reading;
    this.#gas = nextGasMeter(this.#gas, reading, { receivedAt, channel: this.#gasChannel });
    const devices = devicesOf(reading, receivedAt);
    return {
      ...NETWORK,
      smr_version: versionOf(meter),
      meter_model: meterModelOf(newest),
      unique_id: meterIdIn(raw),
      ...energyOf(meter),
      ...powersOf(meter),
      ...currentsOf(meter),
      ...Object.fromEntries(FIELDS.map(([field, name, kind]) => [field, KINDS[kind](meter[name])])),
      ...(this.#gas && gasOf(this.#gas, raw)),
      external: devices.flatMap((device) => externalOf(device, reading.mbus[device.channel]?.deviceType, raw)),
    };
  }
}

/** Clients know version 1 of the API by `wifi_ssid`. */
const NETWORK = { wifi_ssid: 'ethernet', wifi_strength: 100 };

/** What a meter of DSMR 2.2 or 3.0 is taken for: it prints neither a version nor a clock. */
const DSMR_2 = 22;

/** 50, 42 or 40; in Belgium the first two digits of a longer number. */
function versionOf({ version, emucsVersion, time, equipmentId, energyDelivered1 }: MeterValues): number | undefined {
  const printed = version ?? emucsVersion?.slice(0, 2);
  if (printed !== undefined) return /^\d+$/.test(printed) ? Number(printed) : undefined;
  const isOld = time === undefined && equipmentId !== undefined && energyDelivered1 !== undefined;
  return isOld ? DSMR_2 : undefined;
}

function meterModelOf({ header }: NewestTelegram): string | undefined {
  const known = modelOf(header);
  return known && `${MAKERS[known.manufacturer.toUpperCase()] ?? known.manufacturer}  ${known.model}`.trimEnd();
}

const KINDS: { readonly [K in Kind]: (value: unknown) => number | undefined } = {
  count: (value) => value as number | undefined,
  tariff: (value) => (TARIFFS.includes(value as number) ? (value as number) : undefined),
  thousandths: (value) => base(value as Quantity | undefined),
  units: (value) => (value === undefined ? undefined : inUnits(value as Quantity)),
  time: (value) => {
    const { time } = (value ?? {}) as { time?: string | null };
    return time == null ? undefined : stampOf(time);
  },
};

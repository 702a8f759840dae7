import { toBaseUnits } from '../../../reading/base-units.ts';
import { devicesOf, wasRead, type Device } from '../../../reading/devices.ts';
import { energyRegisters, withTotals } from '../../../reading/energy-registers.ts';
import type { MeterValues } from '../../../reading/fields.ts';
import { nextGasMeter, type GasMeter } from '../../../reading/gas-meter.ts';
import { modelOf } from '../../../reading/meter-model.ts';
import type { Quantity } from '../../../reading/quantity.ts';
import type { NewestTelegram } from '../../newest-reading.ts';
import { CURRENTS, DEVICE_TYPES, DIRECTIONS, FIELDS, MAKERS, POWERS, TARIFFS, type Kind } from './fields.ts';
import { deviceIdIn, meterIdIn } from './identifiers.ts';

/** What `GET /api/v1/data` gives; what the meter lacks is not there. */
export type Data = Readonly<Record<string, unknown>>;

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
    return withoutHoles({
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
    });
  }
}

/** Clients know version 1 of the API by `wifi_ssid`. */
const NETWORK = { wifi_ssid: 'ethernet', wifi_strength: 100 };

function withoutHoles(data: Data): Data {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
}

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

/** All ten registers, where the meter has any: clients add the tariffs up. */
function energyOf(meter: MeterValues): Data {
  const registers = withTotals(energyRegisters(meter));
  if (Object.keys(registers).length === 0) return {};
  return Object.fromEntries(DIRECTIONS.flatMap((direction) => registersOf(registers, direction)));
}

/** A meter without these four tariffs counts all in the first; what it counts in a fifth stands with the fourth. */
function registersOf(
  registers: Readonly<Record<string, number>>,
  direction: (typeof DIRECTIONS)[number],
): [field: string, kwh: number][] {
  const wh = (tariff: number | string): number => registers[`${direction}${tariff}`] ?? 0;
  const isSplit = TARIFFS.some((tariff) => `${direction}${tariff}` in registers);
  const tariffs = isSplit ? [wh(1), wh(2), wh(3), wh(4) + wh(5)] : [wh(''), 0, 0, 0];
  return [
    [`total_power_${direction}_kwh`, wh('') / 1_000],
    ...TARIFFS.map((tariff, index): [string, number] => [
      `total_power_${direction}_t${tariff}_kwh`,
      (tariffs[index] ?? 0) / 1_000,
    ]),
  ];
}

/** Taken less given back. A meter that prints phases alone has their sum. */
function powersOf(meter: MeterValues): Data {
  const [all, ...phases] = POWERS.map(([field, taken, given]) => [field, net(meter[taken], meter[given])] as const);
  const watts = phases.flatMap(([, value]) => value ?? []);
  const sum = watts.length === 0 ? undefined : watts.reduce((one, other) => one + other);
  return Object.fromEntries([[all?.[0], all?.[1] ?? sum], ...phases]) as Data;
}

/** Negative in a phase that gives back: meters print them without a sign. */
function currentsOf(meter: MeterValues): Data {
  const currents = CURRENTS.map(([field, name, taken, given]) => {
    const milliamperes = base(meter[name]);
    const sign = (net(meter[taken], meter[given]) ?? 0) < 0 ? -1 : 1;
    return [field, milliamperes === undefined ? undefined : (sign * milliamperes) / 1_000, milliamperes] as const;
  });
  const printed = currents.flatMap(([, , milliamperes]) => milliamperes ?? []);
  const sum = printed.length === 0 ? undefined : printed.reduce((one, other) => one + other) / 1_000;
  return { active_current_a: sum, ...Object.fromEntries(currents) } as Data;
}

function net(taken: Quantity | undefined, given: Quantity | undefined): number | undefined {
  if (taken === undefined && given === undefined) return undefined;
  return (base(taken) ?? 0) - (base(given) ?? 0);
}

function base(quantity: Quantity | undefined): number | undefined {
  return quantity && toBaseUnits(quantity)?.value;
}

function gasOf({ channel, time, ...volume }: GasMeter, raw: Buffer): Data {
  return { total_gas_m3: inUnits(volume), gas_timestamp: stampOf(time), gas_unique_id: deviceIdIn(raw, channel) };
}

/** A device that is dead is left out: its last value would stand for ever. */
function externalOf({ channel, kind, state, register }: Device, type: number | undefined, raw: Buffer): Data[] {
  const theirs = DEVICE_TYPES[type ?? 0] ?? DEVICE_TYPES[kind];
  if (theirs === undefined || state === 'dead' || !wasRead(register)) return [];
  const { unit, time } = register;
  const device = { unique_id: deviceIdIn(raw, channel), type: theirs, timestamp: stampOf(time) };
  return [withoutHoles({ ...device, value: inUnits(register), unit })];
}

/** The number in its own unit, to the thousandth. */
function inUnits(quantity: Quantity): number | undefined {
  const whole = base(quantity);
  return whole === undefined ? undefined : whole / 1_000;
}

/** The clock of the meter as a number, YYMMDDhhmmss, whatever the season. */
function stampOf(time: string): number {
  return Number(time.slice(2, 'YYYY-MM-DDThh:mm:ss'.length).replaceAll(/\D/g, ''));
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

import { createHash } from 'node:crypto';
import { toBaseUnits } from '../reading/base-units.ts';
import { devicesOf, wasRead, type Device } from '../reading/devices.ts';
import { energyRegisters } from '../reading/energy-registers.ts';
import type { MbusValues, MeterValues } from '../reading/fields.ts';
import { nextGasMeter, type GasMeter } from '../reading/gas-meter.ts';
import { standardOffsetMinutes } from '../reading/local-time.ts';
import type { Quantity } from '../reading/quantity.ts';
import { Reader } from '../reading/reader.ts';
import type { Reading } from '../reading/reading.ts';
import type { Telegram } from '../telegram/telegram.ts';
import type { Medium, RegisterUnit } from './answers.ts';
import { mediumOf, meterId, type MeterPlace, type Power, type Sample } from './sample.ts';

export interface SamplerOptions {
  /** Its name. */
  readonly source: string;
  /** IANA name: what the stamps of the meter mean. */
  readonly timeZone: string;
  readonly gasChannel: number | undefined;
}

/** A sample, and where it was taken. */
export interface Taken {
  readonly place: MeterPlace;
  readonly sample: Sample;
}

/** A clock that is further ahead of ours does not say the truth. */
const MOST_AHEAD_S = 86_400;
/** This software is not older: a machine that says less does not know the time. */
const SOFTWARE_S = Date.UTC(2026, 0) / 1_000;

/** Takes samples from the telegrams of one source: one of the electricity meter each, one of an M-Bus meter for each new value. */
export class Sampler {
  readonly #options: SamplerOptions;
  readonly #reader: Reader;
  readonly #electricity: MeterPlace;
  /** When the newest value of each M-Bus meter was captured. */
  readonly #captured = new Map<string, number>();
  #gas: GasMeter | undefined;
  #mbus: Reading['mbus'] = {};
  /** The reading of the last telegram. */
  reading: Reading | undefined;

  constructor(options: SamplerOptions) {
    const { source, timeZone } = options;
    this.#options = options;
    this.#reader = new Reader({ standardOffset: standardOffsetMinutes(timeZone) });
    this.#electricity = { id: source, source, medium: 'electricity', unit: 'Wh', channel: undefined };
  }

  take(telegram: Telegram): Taken[] {
    const reading = this.#reader.read(telegram);
    this.reading = reading;
    const receivedS = Math.floor(telegram.receivedAt.getTime() / 1_000);
    const taken = this.#isNews(reading.mbus) ? this.#takeDevices(reading, telegram.receivedAt) : [];
    const sample = electricity(reading.meter, receivedS);
    return sample === undefined ? taken : [{ place: this.#electricity, sample }, ...taken];
  }

  /** Devices on the M-Bus say the same for minutes or hours. */
  #isNews(mbus: Reading['mbus']): boolean {
    const before = this.#mbus;
    this.#mbus = mbus;
    const channels = Object.keys(mbus);
    if (channels.length !== Object.keys(before).length) return true;
    return channels.some((channel) => !isSame(mbus[Number(channel)], before[Number(channel)]));
  }

  #takeDevices(reading: Reading, receivedAt: Date): Taken[] {
    const { gasChannel } = this.#options;
    this.#gas = nextGasMeter(this.#gas, reading, { receivedAt, channel: gasChannel });
    const devices = devicesOf(reading, receivedAt).filter(
      ({ kind, channel }) => kind !== 'gas' && channel !== this.#gas?.channel,
    );
    const gas = this.#gas && this.#capture('gas', this.#gas, undefined, receivedAt);
    const others = devices.map((device) => this.#device(device, receivedAt));
    return [gas, ...others].filter((taken) => taken !== undefined);
  }

  #device({ kind, channel, equipmentId, register }: Device, receivedAt: Date): Taken | undefined {
    if (kind === 'gas' || !wasRead(register)) return undefined;
    return this.#capture(mediumOf(kind), { ...register, equipmentId }, channel, receivedAt);
  }

  /** A value that was there before says nothing new. */
  #capture(
    medium: Medium,
    { equipmentId, time, ...quantity }: Quantity & { readonly time: string; readonly equipmentId: string | undefined },
    channel: number | undefined,
    receivedAt: Date,
  ): Taken | undefined {
    const base = toBaseUnits(quantity);
    const unit = UNITS.find((known) => known === base?.unit);
    if (base === undefined || unit === undefined || base.value < 0) return undefined;
    const { source } = this.#options;
    const place = { id: meterId(source, medium, channel), source, medium, unit, channel };
    const receivedS = Math.floor(receivedAt.getTime() / 1_000);
    const atS = believed(Date.parse(time) / 1_000, receivedS);
    if (this.#captured.get(place.id) === atS) return undefined;
    this.#captured.set(place.id, atS);
    const registers = { import: base.value };
    const sample = {
      atS,
      receivedS,
      registers,
      equipment: fingerprint(equipmentId),
      tariff: undefined,
      power: undefined,
    };
    return { place, sample };
  }
}

/** Whether a device has captured nothing since. */
function isSame(one: MbusValues | undefined, other: MbusValues | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return CAPTURES.every((name) => one[name]?.time === other[name]?.time && one[name]?.value === other[name]?.value);
}

const CAPTURES = ['register', 'registerUnconverted', 'registerHourly', 'registerHourlyCold'] as const;

const UNITS: readonly RegisterUnit[] = ['Wh', 'dm3', 'MJ'];

const PHASES = [
  'powerDeliveredL1',
  'powerDeliveredL2',
  'powerDeliveredL3',
  'powerReturnedL1',
  'powerReturnedL2',
  'powerReturnedL3',
] as const;

function electricity(meter: MeterValues, receivedS: number): Sample | undefined {
  const registers = energyRegisters(meter);
  if (Object.keys(registers).length === 0) return undefined;
  return {
    atS: meter.time ? believed(Date.parse(meter.time) / 1_000, receivedS) : receivedS,
    receivedS,
    registers,
    equipment: fingerprint(meter.equipmentId ?? meter.logicalDeviceName ?? meter.serialNumber),
    tariff: meter.tariff ?? meter.tariffTimeOfUse,
    power: powerOf(meter),
  };
}

function powerOf(meter: MeterValues): Power | undefined {
  const imported = watts(meter.powerDelivered);
  const exported = watts(meter.powerReturned);
  if (imported === undefined && exported === undefined) return undefined;
  return { netW: (imported ?? 0) - (exported ?? 0), phasesW: PHASES.map((name) => watts(meter[name]) ?? null) };
}

function watts(quantity: Quantity | undefined): number | undefined {
  const base = quantity && toBaseUnits(quantity);
  return base?.unit === 'W' ? base.value : undefined;
}

function believed(atS: number, receivedS: number): number {
  return receivedS > SOFTWARE_S && atS > receivedS + MOST_AHEAD_S ? receivedS : atS;
}

/** Meters are told apart by their ids, and no id is kept. */
const fingerprints = new Map<string, string>();
const MOST_FINGERPRINTS = 100;

function fingerprint(id: string | undefined): string | undefined {
  if (id === undefined) return undefined;
  if (fingerprints.size > MOST_FINGERPRINTS) fingerprints.clear();
  const known = fingerprints.get(id) ?? createHash('sha256').update(id).digest('hex').slice(0, 12);
  fingerprints.set(id, known);
  return known;
}

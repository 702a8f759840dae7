import type { Capture } from './captures.ts';
import type { MbusValues } from './fields.ts';
import type { Reading } from './reading.ts';

/** What stands behind the meter on its M-Bus. */
type DeviceKind = 'gas' | 'water' | 'warm water' | 'heat' | 'cold' | 'electricity' | 'other';

/** Whether a device reports: `stale` after a day, `dead` after a week, `ahead` if its time is to come, `absent` if it has never been read. */
type DeviceState = 'live' | 'stale' | 'dead' | 'ahead' | 'absent';

export interface Device {
  /** 1 to 4, in the order of installation. It says nothing of the kind. */
  readonly channel: number;
  readonly kind: DeviceKind;
  readonly equipmentId: string | undefined;
  /** Undefined where the meter has a place for the device, but nothing of it. */
  readonly register: Capture | undefined;
  /** Of gas: whether the volume is converted to a standard temperature. Undefined where the specification does not say. */
  readonly isConverted: boolean | undefined;
  readonly state: DeviceState;
}

/**
 * The devices of a reading, by channel. How old their registers are is seen against the clock of the meter; for one without a clock
 * against `receivedAt`. A time is to come where it is a day beyond both.
 */
export function devicesOf(reading: Reading, receivedAt?: Date): Device[] {
  const clocks = clocksOf(reading, receivedAt);
  return Object.entries(reading.mbus).map(([channel, values]) => {
    const [source, register] = registerOf(values);
    const kind = kindOf(values, register, reading);
    return {
      channel: Number(channel),
      kind,
      equipmentId: values.equipmentId,
      register,
      isConverted: kind === 'gas' && source !== undefined ? IS_CONVERTED[source] : undefined,
      state: stateOf(register, clocks),
    };
  });
}

/** Whether a device was ever read: an empty place has no unit, or a void time. */
export function wasRead(register: Capture | undefined): register is Capture & { time: string; unit: string } {
  return register !== undefined && register.time !== null && register.unit !== undefined;
}

/** Source: EN 13757-3, table of device types; 13 stands for thermal in DSMR P2. */
const KINDS_BY_TYPE: Readonly<Record<number, DeviceKind>> = {
  2: 'electricity',
  3: 'gas',
  4: 'heat',
  6: 'warm water',
  7: 'water',
  10: 'cold',
  11: 'cold',
  12: 'heat',
  13: 'heat',
  21: 'warm water',
  22: 'water',
  23: 'water',
  40: 'water',
};

/** The registers that a device may have, in the order in which they are asked for. */
const REGISTERS = ['register', 'registerUnconverted', 'registerHourly', 'registerHourlyCold'] as const;
type RegisterName = (typeof REGISTERS)[number];

const IS_CONVERTED: Partial<Record<RegisterName, boolean>> = { register: true, registerUnconverted: false };

const DAY = 86_400_000;

/** The first that was read; where none was, the first that is there. */
function registerOf(values: MbusValues): [name: RegisterName, register: Capture] | [] {
  const there = REGISTERS.flatMap((name): [RegisterName, Capture][] => {
    const register = values[name];
    return register === undefined ? [] : [[name, register]];
  });
  return there.find(([, register]) => wasRead(register)) ?? there[0] ?? [];
}

/** By its type; a type that does not fit the unit gives way to it. One without a type is gas if no other device gives m3. */
function kindOf(values: MbusValues, register: Capture | undefined, reading: Reading): DeviceKind {
  const { deviceType } = values;
  const byType = deviceType === undefined ? undefined : (KINDS_BY_TYPE[deviceType] ?? 'other');
  const isThermal = register?.unit === 'GJ';
  if (isThermal && byType !== 'heat' && byType !== 'cold') return values.registerHourlyCold ? 'cold' : 'heat';
  return byType ?? (isOnlyVolume(values, reading) ? 'gas' : 'other');
}

function isOnlyVolume(values: MbusValues, { mbus }: Reading): boolean {
  const volumes = Object.values(mbus).filter((other) => registerOf(other)[1]?.unit === 'm3');
  return volumes.length === 1 && volumes[0] === values;
}

/** What times are held against, in milliseconds: `now` what is late, `latest` what is to come. */
interface Clocks {
  readonly now: number;
  readonly latest: number;
}

/** Undefined where there is no clock to go by. */
function clocksOf({ meter }: Reading, receivedAt: Date | undefined): Clocks | undefined {
  const times = [...(meter.time ? [Date.parse(meter.time)] : []), ...(receivedAt ? [receivedAt.getTime()] : [])];
  const [now] = times;
  return now === undefined ? undefined : { now, latest: Math.max(...times) };
}

function stateOf(register: Capture | undefined, clocks: Clocks | undefined): DeviceState {
  if (!wasRead(register)) return 'absent';
  if (clocks === undefined) return 'live';
  const time = Date.parse(register.time);
  if (time - clocks.latest > DAY) return 'ahead';
  const age = clocks.now - time;
  if (age > 7 * DAY) return 'dead';
  return age > DAY ? 'stale' : 'live';
}

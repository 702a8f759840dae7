import { devicesOf, wasRead } from './devices.ts';
import type { GasMeter } from './gas-meter.ts';
import type { Quantity } from './quantity.ts';
import type { Reading } from './reading.ts';
import { DEVICE_STATES } from './state-rows.ts';

/** What is known beside the reading. */
export interface StateHints {
  /** As `nextGasMeter` chose it. */
  readonly gas?: GasMeter | undefined;
  /** What the age of devices is seen against where the meter has no clock. */
  readonly receivedAt?: Date | undefined;
}

/** A device on the M-Bus by its name in a state. */
export interface NamedDevice {
  readonly name: string;
  /** The unit that its register must have. */
  readonly read: string;
  readonly register: Quantity & { readonly time: string };
  readonly equipmentId: string | undefined;
}

/** The devices that have a name: the gas meter, and all others that report; of two of a kind the first has the plain one. */
export function namedDevices(reading: Reading, { gas, receivedAt }: StateHints): readonly NamedDevice[] {
  const named = new Map<string, NamedDevice>();
  if (gas !== undefined) named.set('gas', { name: 'gas', read: 'm3', register: gas, equipmentId: gas.equipmentId });
  for (const { kind, channel, register, equipmentId, state } of devicesOf(reading, receivedAt)) {
    const row = DEVICE_STATES.find(({ device }) => device === kind);
    const isOther = row !== undefined && kind !== 'gas' && channel !== gas?.channel;
    if (!isOther || state === 'dead' || !wasRead(register)) continue;
    const name = named.has(row.name) ? `${row.name}_${channel}` : row.name;
    named.set(name, { name, read: row.read, register, equipmentId });
  }
  return [...named.values()];
}

/**
 * What tells a meter from the one that hung there before, by the names of what each device counts, and under {@link METER} for all
 * that the electricity meter does. For comparing, never to be shown.
 */
export type Equipment = Readonly<Record<string, string | undefined>>;

/** Stands for all names that no device on the M-Bus has. */
export const METER = 'meter';

/** Whose values those of a state are. */
export function equipmentOf({ meter }: Reading, devices: readonly NamedDevice[]): Equipment {
  const equipment: Record<string, string | undefined> = {};
  for (const { name, equipmentId } of devices) equipment[name] = equipmentId;
  equipment[METER] = meter.equipmentId ?? meter.logicalDeviceName ?? meter.serialNumber;
  return equipment;
}

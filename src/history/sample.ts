import type { Device } from '../reading/devices.ts';
import type { Medium, RegisterUnit } from './answers.ts';

/** Where something is metered. */
export interface MeterPlace {
  readonly id: string;
  readonly source: string;
  readonly medium: Medium;
  readonly unit: RegisterUnit;
  readonly channel: number | undefined;
}

/** What a meter is known by: the electricity meter by its source, what hangs behind it by that, its medium and its channel. */
export function meterId(source: string, medium: Medium, channel: number | undefined): string {
  if (medium === 'electricity') return source;
  const name = `${source}-${medium.replace(' ', '-')}`;
  return channel === undefined ? name : `${name}-${channel}`;
}

/** The same of a device on the M-Bus: gas is found whatever its channel, and a submeter counts what the meter has counted already. */
export function deviceId(source: string, { kind, channel }: Pick<Device, 'kind' | 'channel'>): string {
  return meterId(source, mediumOf(kind), kind === 'gas' ? undefined : channel);
}

const BEHIND = /^-(?:gas|(?:water|warm-water|heat|cold|other)-\d+)$/;

/** Whether a meter of this id would be the one of this source, or hang behind it. */
export function isMeterOf(source: string, id: string): boolean {
  return id === source || (id.startsWith(source) && BEHIND.test(id.slice(source.length)));
}

export function mediumOf(kind: Device['kind']): Exclude<Medium, 'electricity'> {
  return kind === 'electricity' ? 'other' : kind;
}

/**
 * Registers by name, in whole units: `import` and `export` over all tariffs, and `import1` … for each tariff; of an M-Bus meter only
 * `import`.
 */
export type Registers = Readonly<Record<string, number>>;

/** Registers at a time, by the clock of the meter and by ours. */
export interface Point {
  readonly atS: number;
  readonly receivedS: number;
  readonly registers: Registers;
}

/** What one telegram says of one meter. */
export interface Sample extends Point {
  /** What tells this meter from the one that hung there before; no serial number. */
  readonly equipment: string | undefined;
  readonly tariff: number | undefined;
  readonly power: Power | undefined;
}

/** What flows now. */
export interface Power {
  /** Import minus export. */
  readonly netW: number;
  /** Import of phases 1 to 3, then export; null for one that the meter does not print. */
  readonly phasesW: readonly (number | null)[];
}

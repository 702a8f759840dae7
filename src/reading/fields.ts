import type { Field } from './field.ts';
import { DSMR22_DEVICES } from './fields/dsmr22-devices.ts';
import { ENERGY } from './fields/energy.ts';
import { IDENTITY } from './fields/identity.ts';
import { LIMITS } from './fields/limits.ts';
import { MBUS_FIELDS } from './fields/mbus.ts';
import { MESSAGES } from './fields/messages.ts';
import { PEAKS } from './fields/peaks.ts';
import { PHASES } from './fields/phases.ts';
import { POWER } from './fields/power.ts';
import { QUALITY } from './fields/quality.ts';
import type { ValueOf } from './values.ts';

/** The table by subject, as people are shown it. */
export const SUBJECTS = {
  'Meter, clock and tariff': IDENTITY,
  'Energy registers': ENERGY,
  Power: POWER,
  'Each phase': PHASES,
  'Power quality': QUALITY,
  'Limits and switches': LIMITS,
  'Demand and peaks': PEAKS,
  Messages: MESSAGES,
  'Gas, heat and water in DSMR 2.2': DSMR22_DEVICES,
  'M-Bus devices': MBUS_FIELDS,
} as const satisfies Readonly<Record<string, Readonly<Record<string, Field>>>>;

/**
 * THE TABLE: what a reading holds of the electricity meter. Everything that deals in fields takes them from here; a new one is one
 * row in the file of its subject.
 * *Delivered* is what the client takes from the grid, *returned* what the client gives back.
 * Sources: DSMR P1 Companion Standards 2.2, 3.0, 4.0, 4.2.2 and 5.0.2, tables of COSEM objects; Swedish recommendation for the local
 * customer interface 2.0; Luxmetering P1 1.1.3; ESO P1 data models (Lithuania). Hungary, Switzerland, Austria, Germany and Israel:
 * telegrams from the field.
 */
export const METER_FIELDS = {
  ...IDENTITY,
  ...ENERGY,
  ...POWER,
  ...PHASES,
  ...QUALITY,
  ...LIMITS,
  ...PEAKS,
  ...MESSAGES,
  ...DSMR22_DEVICES,
} as const satisfies Readonly<Record<string, Field>>;

export { MBUS_FIELDS };

export type MeterValues = ValuesOf<typeof METER_FIELDS>;
export type MbusValues = ValuesOf<typeof MBUS_FIELDS>;

/** What a telegram said; a field that it did not hold is not there. */
type ValuesOf<Fields extends Readonly<Record<string, Field>>> = {
  readonly [Name in keyof Fields]?: ValueOf<Fields[Name]['kind']>;
};

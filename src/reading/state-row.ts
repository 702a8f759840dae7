import type { BaseQuantity } from './base-units.ts';
import { stateLabel } from './state-names.ts';

/** A name of the state of a meter, and what it is. */
export interface StateRow {
  /** Users' dashboards hang on it: it stays as it is. */
  readonly name: string;
  /** For people, in English. */
  readonly label: string;
  /** `register`: only grows. `now`: goes up and down. `mark`: a number that cannot be computed with. `time`: RFC 3339. */
  readonly kind: 'register' | 'now' | 'mark' | 'time';
  /** Undefined where it has none. */
  readonly unit?: string;
  /** As Home Assistant calls the quantity; undefined where it has no word that all of its versions know. */
  readonly deviceClass?: string;
  /** As many as are worth showing. */
  readonly decimals?: number;
  /** Whether its numbers are whole, whatever the meter. */
  readonly isWhole?: boolean;
  /** It says how the grid or the meter does, not what is used. */
  readonly isDiagnostic?: boolean;
  /** Where a number stands in a database of time series. */
  readonly point?: Point;
}

/** The place of a value in a database of time series: a measurement, its tag, its field. */
interface Point {
  readonly measurement: 'p1_electricity' | 'p1_phase' | 'p1_volume' | 'p1_heat' | 'p1_submeter';
  readonly tag?: readonly [name: 'phase' | 'medium', value: string];
  readonly field: string;
}

/** What a unit of the field table is in a state. */
interface StateUnit extends Pick<StateRow, 'unit' | 'deviceClass' | 'decimals' | 'isWhole'> {
  readonly base: BaseQuantity['unit'];
  /** How many base units go in one. */
  readonly divisor: number;
}

/** Energy in kWh, power in whole watts, all else as meters print it. */
export const STATE_UNITS: Readonly<Record<string, StateUnit>> = {
  kWh: { base: 'Wh', divisor: 1_000, unit: 'kWh', deviceClass: 'energy', decimals: 3 },
  kW: { base: 'W', divisor: 1, unit: 'W', deviceClass: 'power', decimals: 0, isWhole: true },
  kvarh: { base: 'varh', divisor: 1_000, unit: 'kvarh', decimals: 3 },
  kvar: { base: 'var', divisor: 1, unit: 'var', deviceClass: 'reactive_power', decimals: 0, isWhole: true },
  kVA: { base: 'VA', divisor: 1, unit: 'VA', deviceClass: 'apparent_power', decimals: 0, isWhole: true },
  V: { base: 'mV', divisor: 1_000, unit: 'V', deviceClass: 'voltage', decimals: 1 },
  A: { base: 'mA', divisor: 1_000, unit: 'A', deviceClass: 'current', decimals: 2 },
  Hz: { base: 'mHz', divisor: 1_000, unit: 'Hz', deviceClass: 'frequency', decimals: 2 },
  s: { base: 's', divisor: 1, unit: 's', deviceClass: 'duration', decimals: 0, isWhole: true },
  m3: { base: 'dm3', divisor: 1_000, unit: 'm³', decimals: 3 },
  GJ: { base: 'MJ', divisor: 1_000, unit: 'GJ', deviceClass: 'energy', decimals: 3 },
};

/** A row of the electricity meter. @param facts of which those that a row has are taken. */
export function stateRow(name: string, kind: StateRow['kind'], facts: Partial<StateRow>): StateRow {
  const { unit, deviceClass, decimals, isWhole } = facts;
  return {
    ...{ name, kind, label: stateLabel(name), point: meterPoint(name) },
    ...(unit !== undefined && { unit }),
    ...(deviceClass !== undefined && { deviceClass }),
    ...(decimals !== undefined && { decimals }),
    ...(isWhole !== undefined && { isWhole }),
  };
}

const PHASE = /_(l[123])$/;

/** The place of a value of the electricity meter: what a phase has bears the name of the phase as a tag. */
function meterPoint(name: string): Point {
  const [, phase] = PHASE.exec(name) ?? [];
  return phase === undefined
    ? { measurement: 'p1_electricity', field: name }
    : { measurement: 'p1_phase', tag: ['phase', phase], field: name.replace(PHASE, '') };
}

const MEASUREMENTS: Readonly<Record<string, Point['measurement']>> = {
  m3: 'p1_volume',
  GJ: 'p1_heat',
  kWh: 'p1_submeter',
};

/** The place of the register of a device, by its name and its unit in a reading. */
export function devicePoint(name: string, unit: string): Point {
  return { measurement: MEASUREMENTS[unit] ?? 'p1_volume', tag: ['medium', name], field: 'total' };
}

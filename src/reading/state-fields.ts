import { fieldRows, type FieldRow } from './field-rows.ts';
import { stateName } from './state-names.ts';
import { stateRow, STATE_UNITS, type StateRow } from './state-row.ts';

/** A row that comes from one field of the table. */
export interface FieldState extends StateRow {
  readonly field: string;
  /** Of limits: which of the two. */
  readonly side?: Side;
  /** The unit that it must have in a reading; one in another unit is left out. */
  readonly read: string | undefined;
}

type Side = 'delivered' | 'returned';

/** Subjects whose fields have no say: of gas and water as DSMR 2.2 has them no meter is known, and devices have rows of their own. */
const LEFT_OUT = ['Gas, heat and water in DSMR 2.2', 'M-Bus devices'];
/** The registers of all tariffs are worked out where they are not printed. */
const TOTAL = /^energy(?:Delivered|Returned)$/;

/** Whose numbers only grow. */
const REGISTERS = ['Energy registers', 'Power quality'];
const DIAGNOSTIC = ['Power quality', 'Limits and switches', 'Meter, clock and tariff'];

/** Fields whose row leaves the unit to the meter: of a peak and of the limiter it is power. */
const UNITS: Readonly<Record<string, string>> = { peakDelivered: 'kW', limit: 'kW', fuseLimits: 'A' };

/** The kinds that are numbers: with a unit, or whole ones that count or name something. */
const NUMBERS: Readonly<Partial<Record<FieldRow['kind'], 'measured' | 'whole'>>> = {
  quantity: 'measured',
  peak: 'measured',
  limits: 'measured',
  count: 'whole',
  tariff: 'whole',
};

/** The fields of the table that are numbers, one row each; limits have two. A new field has one by itself. */
export const FIELD_STATES: readonly FieldState[] = fieldRows()
  .filter(({ subject, name, kind }) => NUMBERS[kind] !== undefined && !LEFT_OUT.includes(subject) && !TOTAL.test(name))
  .flatMap((field) =>
    field.kind === 'limits' ? [stateOf(field, 'delivered'), stateOf(field, 'returned')] : [stateOf(field)],
  );

function stateOf(field: FieldRow, side?: Side): FieldState {
  const { name, subject, kind, unit = UNITS[name] } = field;
  const isWhole = NUMBERS[kind] === 'whole';
  const unitFacts = unit === undefined ? { decimals: 3 } : STATE_UNITS[unit];
  const own = side === undefined ? name : `${name}${side === 'delivered' ? 'Delivered' : 'Returned'}`;
  return {
    ...stateRow(stateName(own), kindOf(field), isWhole ? { isWhole } : { ...unitFacts }),
    ...(DIAGNOSTIC.includes(subject) && kind !== 'tariff' && { isDiagnostic: true }),
    ...(side !== undefined && { side }),
    ...{ field: name, read: unit },
  };
}

function kindOf({ subject, kind, unit }: FieldRow): StateRow['kind'] {
  if (REGISTERS.includes(subject) && (kind === 'count' || unit?.endsWith('h'))) return 'register';
  return NUMBERS[kind] === 'whole' ? 'mark' : 'now';
}

import { readQuantity, type Quantity } from './quantity.ts';
import { printOrNull, readTime, type Context, type Moment } from './time.ts';

/** Registers and peaks as they stood at a time: RFC 3339, null if the meter does not know. Those that it left out are not there. */
export interface Billing {
  readonly time: string | null;
  readonly registers: Readonly<Record<string, Quantity>>;
}

/**
 * `(time)(value)(value)…`, once or more often; given oldest first, those without a time before. The values bear no names: which is
 * which their order says, and their units must agree. Undefined where it is another history.
 * Source: telegrams of Hungarian meters; the order is worked out from their sums.
 */
export function readBilling(groups: readonly string[], context: Context): readonly Billing[] | undefined {
  const sets = setsOf(groups, context);
  const billings = sets?.map(({ time, values }) => ({ time, registers: registersOf(values) }));
  if (billings === undefined || billings.some(({ registers }) => registers === undefined)) return undefined;
  return billings
    .sort((a, b) => (a.time?.ms ?? 0) - (b.time?.ms ?? 0))
    .map(({ time, registers = {} }) => ({ time: printOrNull(time), registers }));
}

const ORDER: readonly (readonly [name: string, unit: string])[] = [
  ['energyDelivered', 'kWh'],
  ['energyDelivered1', 'kWh'],
  ['energyDelivered2', 'kWh'],
  ['energyReturned', 'kWh'],
  ['energyReturned1', 'kWh'],
  ['energyReturned2', 'kWh'],
  ['reactiveEnergyDelivered', 'kvarh'],
  ['reactiveEnergyReturned', 'kvarh'],
  ['reactiveEnergyQ1', 'kvarh'],
  ['reactiveEnergyQ2', 'kvarh'],
  ['reactiveEnergyQ3', 'kvarh'],
  ['reactiveEnergyQ4', 'kvarh'],
  ['energyDeliveredPlusReturned', 'kWh'],
  ['peakDelivered', 'kW'],
  ['peakDelivered1', 'kW'],
  ['peakDelivered2', 'kW'],
  ['peakReturned', 'kW'],
  ['peakReturned1', 'kW'],
  ['peakReturned2', 'kW'],
];
const STAMP = /^\d{12}[SWT]$/;

interface BillingSet {
  readonly time: Moment | undefined;
  readonly values: string[];
}

/** The values behind each stamp; undefined where the first group is none. */
function setsOf(groups: readonly string[], context: Context): BillingSet[] | undefined {
  const sets: BillingSet[] = [];
  for (const group of groups) {
    if (STAMP.test(group)) sets.push({ time: readTime(group, context), values: [] });
    else if (sets.length === 0) return undefined;
    else sets.at(-1)?.values.push(group);
  }
  return sets;
}

/** The values by their names; undefined where one is no number, is in a unit that is not its own, or has no name. */
function registersOf(values: readonly string[]): Record<string, Quantity> | undefined {
  const registers: Record<string, Quantity> = {};
  for (const [index, group] of values.entries()) {
    const [name, unit] = ORDER[index] ?? [];
    const quantity = readQuantity(group, unit);
    if (name === undefined || quantity === undefined || quantity.unit !== unit) return undefined;
    registers[name] = quantity;
  }
  return registers;
}

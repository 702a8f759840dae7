import type { Marker, Split } from '../answers.ts';
import type { MeterQueries } from './meters.ts';

/** A register of one tariff, by the name that a reading has for it. */
const TARIFF = /^energy(?:Delivered|Returned)(\d+)$/;

/** The values that a split can have. */
export function markersOf(key: Exclude<Split, 'none'>, meters: MeterQueries): readonly Marker[] {
  return VALUES[key](meters).map((value) => ({ key, value }));
}

const VALUES: Readonly<Record<Exclude<Split, 'none'>, (meters: MeterQueries) => readonly string[]>> = {
  direction: () => ['import', 'export'],
  phase: () => ['1', '2', '3'],
  meter: (meters) => meters.all().map(({ id }) => id),
  tariff: (meters) => {
    const names = meters.all().flatMap(({ id }) => meters.registers(id).map(({ name }) => name));
    const numbers = names.flatMap((name) => TARIFF.exec(name)?.[1] ?? []);
    return [...new Set(numbers)].sort((one, other) => Number(one) - Number(other));
  },
};

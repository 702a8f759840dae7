import { toBaseUnits } from './base-units.ts';
import { ENERGY } from './fields/energy.ts';
import type { MeterValues } from './fields.ts';

type RegisterField = {
  [Name in keyof typeof ENERGY]: Name extends `energy${'Delivered' | 'Returned'}${number | ''}` ? Name : never;
}[keyof typeof ENERGY];

/** The fields, and what each is called: `import` and `export` over all tariffs, `import1` … of one tariff. */
const REGISTERS = (Object.keys(ENERGY) as RegisterField[])
  .filter((field) => /^energy(Delivered|Returned)\d*$/.test(field))
  .map((field) => [field, field.replace('energyDelivered', 'import').replace('energyReturned', 'export')] as const);

/** The registers of active energy that a meter printed, by those names, in Wh; one that is below zero is none. */
export function energyRegisters(meter: MeterValues): Readonly<Record<string, number>> {
  const registers: Record<string, number> = {};
  for (const [field, name] of REGISTERS) {
    const quantity = meter[field];
    const base = quantity && toBaseUnits(quantity);
    if (base?.unit === 'Wh' && base.value >= 0) registers[name] = base.value;
  }
  return registers;
}

/** The register of all tariffs and those of each. */
export const TOTALS = ['import', 'export'] as const;
export type Total = (typeof TOTALS)[number];

/** True where `name` is the register of one tariff of that direction. */
export function isTariffOf(total: Total, name: string): boolean {
  return name.length > total.length && name.startsWith(total);
}

/** With the registers of all tariffs: as the meter prints them, or the sum of those of each where it has any. */
export function withTotals(registers: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const all: Record<string, number> = { ...registers };
  for (const total of TOTALS) {
    const tariffs = Object.entries(registers).filter(([name]) => isTariffOf(total, name));
    if (tariffs.length > 0) all[total] ??= tariffs.reduce((sum, [, value]) => sum + value, 0);
  }
  return all;
}

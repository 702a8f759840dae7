import { energyRegisters, withTotals } from '../../../reading/energy-registers.ts';
import type { MeterValues } from '../../../reading/fields.ts';
import { CURRENTS, DIRECTIONS, POWERS, TARIFFS, type Data } from './fields.ts';
import { base, net } from './quantities.ts';

/** All ten registers, where the meter has any: clients add the tariffs up. */
export function energyOf(meter: MeterValues): Data {
  const registers = withTotals(energyRegisters(meter));
  if (Object.keys(registers).length === 0) return {};
  return Object.fromEntries(DIRECTIONS.flatMap((direction) => registersOf(registers, direction)));
}

/** A meter without these four tariffs counts all in the first; what it counts in a fifth stands with the fourth. */
function registersOf(
  registers: Readonly<Record<string, number>>,
  direction: (typeof DIRECTIONS)[number],
): [field: string, kwh: number][] {
  const wh = (tariff: number | string): number => registers[`${direction}${tariff}`] ?? 0;
  const isSplit = TARIFFS.some((tariff) => `${direction}${tariff}` in registers);
  const tariffs = isSplit ? [wh(1), wh(2), wh(3), wh(4) + wh(5)] : [wh(''), 0, 0, 0];
  return [
    [`total_power_${direction}_kwh`, wh('') / 1_000],
    ...TARIFFS.map((tariff, index): [string, number] => [
      `total_power_${direction}_t${tariff}_kwh`,
      (tariffs[index] ?? 0) / 1_000,
    ]),
  ];
}

/** Taken less given back. A meter that prints phases alone has their sum. */
export function powersOf(meter: MeterValues): Data {
  const [all, ...phases] = POWERS.map(([field, taken, given]) => [field, net(meter[taken], meter[given])] as const);
  const watts = phases.flatMap(([, value]) => value ?? []);
  const sum = watts.length === 0 ? undefined : watts.reduce((one, other) => one + other);
  return Object.fromEntries([[all?.[0], all?.[1] ?? sum], ...phases]) as Data;
}

/** Negative in a phase that gives back: meters print them without a sign. */
export function currentsOf(meter: MeterValues): Data {
  const currents = CURRENTS.map(([field, name, taken, given]) => {
    const milliamperes = base(meter[name]);
    // Minus zero is no number to show: what is added makes it none.
    const sign = (net(meter[taken], meter[given]) ?? 0) < 0 ? -1 : 1;
    return [field, milliamperes === undefined ? undefined : (sign * milliamperes) / 1_000 + 0, milliamperes] as const;
  });
  const printed = currents.flatMap(([, , milliamperes]) => milliamperes ?? []);
  const sum = printed.length === 0 ? undefined : printed.reduce((one, other) => one + other) / 1_000;
  return { active_current_a: sum, ...Object.fromEntries(currents) } as Data;
}

import { printThousandths, REGISTERS, type Amounts, type Values } from './values.ts';

/** How far a day had come. */
export interface DaySoFar {
  /** `2026-07-01`, by clocks where the meter stands. */
  readonly day: string;
  /** What the registers said. */
  readonly registers: Amounts;
  /** What was used up to then. */
  readonly used: Amounts;
}

/**
 * What is used in the day that is not over, from its first telegram on. A register that falls has counted nothing: another meter
 * hangs there.
 */
export class DayConsumption {
  #soFar: DaySoFar | undefined;

  /** Goes on from what was told before the start. */
  resume(soFar: DaySoFar): void {
    this.#soFar ??= soFar;
  }

  take(registers: Amounts, day: string): Values {
    const before = this.#soFar?.day === day ? this.#soFar : undefined;
    const used = Object.fromEntries(
      Object.entries(registers).map(([name, now]) => {
        const step = now - (before?.registers[name] ?? now);
        return [name, (before?.used[name] ?? 0) + Math.max(0, step)];
      }),
    );
    this.#soFar = { day, registers: { ...before?.registers, ...registers }, used: { ...before?.used, ...used } };
    return valuesOf(this.#soFar.used);
  }
}

function valuesOf(used: Amounts): Values {
  const { electricity1 = 0, electricity2 = 0, electricity1_returned = 0, electricity2_returned = 0 } = used;
  const each = REGISTERS.filter(([, name]) => name !== 'gas' || used[name] !== undefined);
  return {
    ...Object.fromEntries(each.map(([, name]) => [name, printThousandths(used[name] ?? 0)])),
    electricity_merged: printThousandths(electricity1 + electricity2),
    electricity_returned_merged: printThousandths(electricity1_returned + electricity2_returned),
  };
}

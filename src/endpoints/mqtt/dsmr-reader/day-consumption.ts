import { costsOf, pricesOn, type Prices } from '../../dsmr-costs.ts';
import { addDecimals, roundDecimals } from '../../../reading/decimals.ts';
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
  readonly #prices: readonly Prices[];
  #soFar: DaySoFar | undefined;

  /** @param prices oldest first; where there are none, costs are not told. */
  constructor(prices: readonly Prices[]) {
    this.#prices = prices;
  }

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
    const costs = this.#prices.length > 0 ? costValues(this.#soFar.used, pricesOn(day, this.#prices)) : {};
    return { ...valuesOf(this.#soFar.used), ...costs };
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

/** What that costs, and at which prices: euros with two decimals, prices with six. */
function costValues(used: Amounts, prices: Prices): Values {
  const { electricity1 = 0, electricity2 = 0, gas, ...back } = used;
  const [electricity1Returned = 0, electricity2Returned = 0] = [
    back['electricity1_returned'],
    back['electricity2_returned'],
  ];
  const costs = costsOf({ electricity1, electricity2, electricity1Returned, electricity2Returned, gas }, prices);
  return {
    electricity1_cost: costs.electricity1,
    electricity2_cost: costs.electricity2,
    electricity_cost_merged: roundDecimals(addDecimals(costs.electricity1, costs.electricity2), 2),
    ...(gas !== undefined && { gas_cost: costs.gas }),
    fixed_cost: costs.fixed,
    total_cost: costs.total,
    energy_supplier_price_electricity_delivered_1: roundDecimals(prices.electricity1, 6),
    energy_supplier_price_electricity_delivered_2: roundDecimals(prices.electricity2, 6),
    energy_supplier_price_electricity_returned_1: roundDecimals(prices.returned1, 6),
    energy_supplier_price_electricity_returned_2: roundDecimals(prices.returned2, 6),
    ...(gas !== undefined && { energy_supplier_price_gas: roundDecimals(prices.gas, 6) }),
  };
}

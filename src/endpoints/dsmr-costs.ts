import { shiftPoint } from '../reading/decimals.ts';

/** What a kWh, a m3 and a day cost from some day on: decimals of up to six places, as they were written. */
export interface Prices {
  /** The first day, `2026-01-31`; undefined: from the beginning. */
  readonly from: string | undefined;
  readonly electricity1: string;
  readonly electricity2: string;
  /** What comes back for a kWh. */
  readonly returned1: string;
  readonly returned2: string;
  readonly gas: string;
  readonly fixedDaily: string;
}

/** What was used in a day, in whole Wh and dm3. */
interface Used {
  readonly electricity1: number;
  readonly electricity2: number;
  readonly electricity1Returned: number;
  readonly electricity2Returned: number;
  /** Undefined where there is no gas meter. */
  readonly gas?: number | undefined;
}

/** In whole cents as `1.30`. */
export interface Costs {
  readonly electricity1: string;
  readonly electricity2: string;
  readonly gas: string;
  readonly fixed: string;
  readonly total: string;
}

const FREE: Prices = {
  ...{ from: undefined, electricity1: '0', electricity2: '0', returned1: '0', returned2: '0' },
  ...{ gas: '0', fixedDaily: '0' },
};

/** The prices of a day. @param all oldest first. */
export function pricesOn(day: string, all: readonly Prices[]): Prices {
  return all.findLast(({ from = '' }) => from <= day) ?? FREE;
}

/** Prices have six decimals, of a thousandth of what they are for: all sums are exact, in nano. */
const NANO_A_CENT = 10_000_000n;
const NANO_A_MICRO = 1_000n;

/**
 * What a day costs. Each part is rounded to cents by itself, the total out of them and the daily costs as they are.
 * Source: DSMR-reader 5.11, `dsmr_consumption/services.py`, `day_consumption`.
 */
export function costsOf(used: Used, prices: Prices): Costs {
  const { electricity1, electricity2, electricity1Returned, electricity2Returned, gas = 0 } = used;
  const parts = {
    electricity1: cents(nano(electricity1, prices.electricity1) - nano(electricity1Returned, prices.returned1)),
    electricity2: cents(nano(electricity2, prices.electricity2) - nano(electricity2Returned, prices.returned2)),
    gas: cents(nano(gas, prices.gas)),
  };
  const fixed = micro(prices.fixedDaily) * NANO_A_MICRO;
  const sum = (parts.electricity1 + parts.electricity2 + parts.gas) * NANO_A_CENT;
  return {
    electricity1: print(parts.electricity1),
    electricity2: print(parts.electricity2),
    gas: print(parts.gas),
    fixed: print(cents(fixed)),
    total: print(cents(sum + fixed)),
  };
}

/** Wh or dm3 at the price of a thousand of them. */
function nano(thousandths: number, price: string): bigint {
  return BigInt(thousandths) * micro(price);
}

function micro(price: string): bigint {
  return BigInt(shiftPoint(price, 6));
}

/** Half a cent counts as one, on either side of 0. */
function cents(amount: bigint): bigint {
  const size = amount < 0n ? -amount : amount;
  const rounded = (size + NANO_A_CENT / 2n) / NANO_A_CENT;
  return amount < 0n ? -rounded : rounded;
}

function print(amount: bigint): string {
  return shiftPoint(String(amount), -2);
}

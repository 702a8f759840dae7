import { z } from 'zod';
import type { Prices } from '../endpoints/dsmr-costs.ts';

/** More than a change a month for a human life. */
const MOST = 1_000;
const A_PRICE = 'expected a price such as 0.2145: a point, no comma, and up to six decimals';

const price = z
  .union([z.number(), z.string()], A_PRICE)
  .transform(String)
  .refine((text) => /^-?\d{1,5}(\.\d{1,6})?$/.test(text), A_PRICE)
  .prefault(0);

/** The settings under `prices`. */
export const prices = z
  .array(
    z.strictObject({
      from: z.iso
        .date('expected a day such as 2026-01-31')
        .optional()
        .describe('the first day on which they hold, until the next entry; by default all days before the others'),
      electricity1: price.describe('a kWh of tariff 1'),
      electricity2: price.describe('a kWh of tariff 2'),
      returned1: price.describe('what comes back for a kWh of tariff 1; below 0 where returning costs'),
      returned2: price.describe('what comes back for a kWh of tariff 2; below 0 where returning costs'),
      gas: price.describe('a m3 of gas'),
      fixedDaily: price.describe('what each day costs, whatever is used'),
    }),
  )
  .max(MOST)
  .refine((all) => new Set(all.map(({ from }) => from)).size === all.length, 'expected each with a from of its own')
  .prefault([])
  .describe(
    'what energy costs, for the costs that a DSMR-reader shows: a list, where prices change; an entry says all of them, as what it leaves out is 0',
  );

/** Oldest first. */
export function toPrices(settings: z.output<typeof prices>): readonly Prices[] {
  const all = settings.map(({ from, ...rest }): Prices => ({ from, ...rest }));
  return all.sort((one, other) => ((one.from ?? '') < (other.from ?? '') ? -1 : 1));
}

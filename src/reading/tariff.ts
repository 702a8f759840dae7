import type { Country } from './field.ts';

/** What the number of a tariff stands for. */
export type TariffMeaning = 'low' | 'normal' | 'day' | 'night';

/** Elsewhere it is not known, or there is only one. */
const MEANINGS: Partial<Record<Country, readonly [first: TariffMeaning, second: TariffMeaning]>> = {
  NL: ['low', 'normal'],
  BE: ['day', 'night'],
  LT: ['day', 'night'],
};

/** What tariff 1 or 2 stands for in a country: the registers of the meter and the tariff that counts now have the same numbers. */
export function tariffMeaning(country: Country | undefined, tariff: number): TariffMeaning | undefined {
  return country && MEANINGS[country]?.[tariff - 1];
}

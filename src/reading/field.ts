import type { Kind } from './values.ts';

/** Where meters print an object: the code of the country. */
export type Country = 'NL' | 'BE' | 'LU' | 'SE' | 'NO' | 'FI' | 'LT' | 'HU' | 'CH' | 'AT' | 'DE' | 'IL';

/** The countries of the H1 port, which print one list of objects. */
export const H1 = ['SE', 'NO', 'FI'] as const satisfies readonly Country[];

/** One row of the table: what a reading calls an object, and how it is read. */
export interface Field {
  /**
   * The OBIS references that meters give it. In the table of M-Bus fields `n` stands for the channel. Where two fields have the
   * same reference, the first that can read the object has it.
   */
  readonly obis: readonly string[];
  readonly kind: Kind;
  /** What a value is in where the meter leaves its unit out. */
  readonly unit?: string;
  /** Whose specification or whose meters in the field have it. It is read wherever it comes. */
  readonly countries: readonly Country[];
  readonly about: string;
}

import { parseCosem, type CosemText } from './cosem.ts';

/**
 * The gate for a telegram without a checksum: whether it looks like a whole one from a DSMR 2.2 or 3.0 meter. Every claim
 * below must hold; what a claim needs of earlier telegrams (registers that only grow) has its place in this list too.
 * @param telegram its text, parity bits off, from the `/` to the `!`.
 */
export function looksWhole(telegram: Buffer): boolean {
  const text = parseCosem(telegram);
  return CLAIMS.every((holds) => holds(text));
}

/** Whether it names a version of P1 that prints a checksum: DSMR 4 and later, e-MUCS. */
export function namesVersion(telegram: Buffer): boolean {
  return parseCosem(telegram).objects.some(({ obis }) => VERSIONS.has(obis));
}

const VERSIONS: ReadonlySet<string> = new Set(['1-3:0.2.8', '0-0:96.1.4']);
const FEWEST_OBJECTS = 5;
const DELIVERED_REGISTER = /:1\.8\.\d+$/;
const HEADER_INSIDE = /\/[A-Za-z]{3}\d/;

const CLAIMS: readonly ((text: CosemText) => boolean)[] = [
  ({ blankLine }) => blankLine,
  ({ unreadable }) => unreadable.length === 0,
  ({ objects }) => objects.length >= FEWEST_OBJECTS,
  ({ objects }) => objects.every(({ groups }) => groups.length > 0),
  ({ objects }) => objects.some(({ obis }) => DELIVERED_REGISTER.test(obis)),
  // Two telegrams run into one would repeat themselves, or carry the second one's header in a value.
  ({ objects }) => new Set(objects.map(({ obis }) => obis)).size === objects.length,
  ({ objects }) => !objects.some(({ groups }) => groups.some((group) => HEADER_INSIDE.test(group))),
];

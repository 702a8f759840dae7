/**
 * Decimal numbers as the digits a meter printed. Nothing here goes through a float: `1.005 * 1000` is not 1005 there.
 */

/** The point moved: by -3 `1219311.383` Wh becomes `1219.311383` kWh. */
export function shiftPoint(digits: string, places: number): string {
  const [sign, whole, fraction] = partsOf(digits);
  if (places >= 0) {
    const padded = fraction.padEnd(places, '0');
    return join(sign, whole + padded.slice(0, places), padded.slice(places));
  }
  const padded = whole.padStart(1 - places, '0');
  return join(sign, padded.slice(0, places), padded.slice(places) + fraction);
}

/** At most so many decimals: the others are cut off, not rounded, so that a register never runs ahead of its meter. */
export function cutDecimals(digits: string, decimals: number): string {
  const [sign, whole, fraction] = partsOf(digits);
  return join(sign, whole, fraction.slice(0, decimals));
}

/** Exactly so many decimals, as DSMR-reader keeps them: the last one rounded, a half to the even digit. */
export function roundDecimals(digits: string, decimals: number): string {
  const [sign, whole, fraction] = partsOf(digits);
  const kept = BigInt(whole + fraction.slice(0, decimals).padEnd(decimals, '0'));
  const rounded = roundsUp(fraction.slice(decimals), kept) ? kept + 1n : kept;
  return shiftPoint(`${sign === '-' && rounded > 0n ? '-' : ''}${rounded}`, -decimals);
}

/** The sum, with as many decimals as the number that has more. */
export function addDecimals(one: string, other: string): string {
  const parts = [partsOf(one), partsOf(other)];
  const decimals = Math.max(...parts.map(([, , fraction]) => fraction.length));
  const [first, second] = parts.map(([sign, whole, fraction]) => BigInt(sign + whole + fraction.padEnd(decimals, '0')));
  return shiftPoint(String((first ?? 0n) + (second ?? 0n)), -decimals);
}

function roundsUp(rest: string, kept: bigint): boolean {
  const half = '5'.padEnd(rest.length, '0');
  return rest > half || (rest === half && kept % 2n === 1n);
}

function partsOf(digits: string): [sign: string, whole: string, fraction: string] {
  const [, sign = '', whole = '', fraction = ''] = /^([+-]?)(\d*)\.?(\d*)$/.exec(digits) ?? [];
  return [sign, whole, fraction];
}

function join(sign: string, whole: string, fraction: string): string {
  const stripped = whole.replace(/^0+(?=\d)/, '');
  return `${sign}${stripped === '' ? '0' : stripped}${fraction === '' ? '' : `.${fraction}`}`;
}

/**
 * A number from 0 up to 1 that looks random but is always the same for the same whole numbers, so that any second of
 * a simulated house can be computed by itself. The mixing is that of MurmurHash3's finalizer.
 */
export function chance(...numbers: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const number of numbers) hash = mix(hash ^ mix(number | 0) ^ Math.floor(number / 0x1_0000_0000));
  return (hash >>> 0) / 0x1_0000_0000;
}

function mix(number: number): number {
  let hash = number;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/**
 * Whole units out of whole parts of a unit, so that the results add up to the rounded sum: each gets its whole units, and what is
 * left goes to those with the largest remainders (of equal ones to the earlier).
 */
export function apportion(parts: readonly number[], partsAUnit: number): number[] {
  const whole = parts.map((amount) => Math.floor(amount / partsAUnit));
  const total = Math.round(sum(parts) / partsAUnit);
  const byRemainder = parts
    .map((amount, index) => ({ index, remainder: amount - (whole[index] ?? 0) * partsAUnit }))
    .sort((one, other) => other.remainder - one.remainder || one.index - other.index);
  const left = total - sum(whole);
  for (const { index } of byRemainder.slice(0, left)) whole[index] = (whole[index] ?? 0) + 1;
  return whole;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Chance that can be repeated: numbers from 0 up to 1, the same ones for the same seed. */
export function createDice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    // A linear congruential generator; its low bits are poor, so only the number as a whole is used.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The value below which `share` (from 0 to 1) of them lie. @throws {RangeError} where there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (value === undefined) throw new RangeError('nothing was measured');
  return value;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Runs contenders by turns, so that a busy machine is as busy for each. @returns the median for each, in their order. */
export async function byTurns(
  rounds: number,
  contenders: readonly (() => number | Promise<number>)[],
): Promise<number[]> {
  const results: number[][] = contenders.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, measure] of contenders.entries()) results[index]!.push(await measure());
  }
  return results.map(median);
}

/** Milliseconds of CPU that some work takes in this process. */
export function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

export const times = (ratio: number): string => `${ratio.toFixed(2)} x`;
export const mb = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;
export const ms = (milliseconds: number): string => `${milliseconds.toFixed(2)} ms`;

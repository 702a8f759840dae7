/** Spans of time in milliseconds. */
export const MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Amounts of data in bytes. */
export const BYTES = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 } as const;

/** `36h`, `1.5 GB`: a number and a unit. NaN where it is not that. */
export function measure(text: string, units: Readonly<Record<string, number>>): number {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)\s?(\w+)$/.exec(text) ?? [];
  return Math.round(Number(amount) * (units[unit] ?? NaN));
}

import { z } from 'zod';

const MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const BYTES = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 } as const;

/** A span of time: `20s`, `5m`, `30d`, or a bare number of seconds. Read as milliseconds. */
export const duration = z
  .union([
    z.number().nonnegative(),
    z.string().regex(/^\d+(\.\d+)?\s?(ms|s|m|h|d)$/, 'expected a time such as 20s, 5m, 1h or 30d'),
  ])
  .transform((value) => (typeof value === 'number' ? value * 1_000 : measure(value, MS)))
  .meta({ description: 'a time: 500ms, 20s, 5m, 1h, 30d, or a number of seconds' });

/** An amount of bytes: `500 MB`, `1 GB`, or a bare number of bytes. Read as bytes. */
export const size = z
  .union([
    z.number().int().nonnegative(),
    z.string().regex(/^\d+(\.\d+)?\s?(B|kB|MB|GB)$/, 'expected a size such as 500 MB or 1 GB'),
  ])
  .transform((value) => (typeof value === 'number' ? value : measure(value, BYTES)))
  .meta({ description: 'a size: 64 kB, 500 MB, 1 GB, or a number of bytes' });

/** A secret in plain text, or where to find it. `config/secrets.ts` puts the text in its place before use. */
export const secret = z.union(
  [
    z.string().min(1),
    z.strictObject({ env: z.string().min(1) }),
    z.strictObject({ file: z.string().min(1) }),
    z.strictObject({ credential: z.string().min(1) }),
  ],
  'expected a text, {env: NAME}, {file: PATH} or {credential: NAME}',
);

function measure(text: string, units: Readonly<Record<string, number>>): number {
  const [, amount = '', unit = ''] = /^([\d.]+)\s?(\w+)$/.exec(text) ?? [];
  return Math.round(Number(amount) * (units[unit] ?? NaN));
}

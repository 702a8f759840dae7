import { z } from 'zod';
import { isMeterKey } from './meter-key.ts';
import { BYTES, measure, MS } from './measure.ts';

const A_TIME = 'expected a time such as 20s, 5m, 1h or 30d, or a number of seconds';
const A_KEY = 'expected 32 hexadecimal digits, in quotes';
const A_SIZE = 'expected a size such as 500 MB or 1 GB, or a number of bytes';

/**
 * A span of time: `20s`, `5m`, `30d`, or a bare number of seconds. Read as milliseconds.
 * Give a default with `prefault('20s')`: the published schema then shows it as a person would write it.
 */
export const duration = z
  .union([z.number().nonnegative(), z.string().regex(/^\d+(\.\d+)?\s?(ms|s|m|h|d)$/, A_TIME)], A_TIME)
  .transform((value) => (typeof value === 'number' ? value * 1_000 : measure(value, MS)))
  .meta({ description: 'a time: 500ms, 20s, 5m, 1h, 30d, or a number of seconds' });

/** A {@link duration} from `least` to `most`, both included. Timers count no further than 24 days: bound theirs. */
export function durationWithin(least: string, most: string): typeof duration {
  const [from, to] = [measure(least, MS), measure(most, MS)];
  return duration.refine((ms) => ms >= from && ms <= to, `expected a time from ${least} to ${most}`);
}

/** An amount of bytes: `500 MB`, `1 GB`, or a bare number of bytes. Read as bytes. */
export const size = z
  .union([z.number().int().nonnegative(), z.string().regex(/^\d+(\.\d+)?\s?(B|kB|MB|GB)$/, A_SIZE)], A_SIZE)
  .transform((value) => (typeof value === 'number' ? value : measure(value, BYTES)))
  .meta({ description: 'a size: 64 kB, 500 MB, 1 GB, or a number of bytes' });

/** What stands for a secret where nobody needs it. */
export const UNREAD = '(not read)';

/**
 * A secret in plain text, or where to find it. `config/secrets.ts` puts the text in the place of a reference before
 * the settings are read, so what comes out is always text. The mark `writeOnly` (JSON Schema: to be given, never to
 * be shown) is how the rest of `config/` knows a secret.
 */
const secret = z
  .union(
    [
      z.string().min(1),
      z.strictObject({ env: z.string().min(1) }),
      z.strictObject({ file: z.string().min(1) }),
      z.strictObject({ credential: z.string().min(1) }),
    ],
    'expected a text (digits alone in quotes), {env: NAME}, {file: PATH} or {credential: NAME}',
  )
  .transform((value) => (typeof value === 'string' ? value : ''))
  .meta({ writeOnly: true });

/** The secret that a meter encrypts with. A reference that could not be read, which is told already, comes as an empty text. */
export const cipherKey = secret
  .refine((text) => text === '' || text === UNREAD || isMeterKey(text), A_KEY)
  .meta({ writeOnly: true });

/**
 * What settings are described with. It is handed to whoever describes some, and not imported there: only the thread
 * that reads the configuration then carries zod, which would be a fifth of the service's memory.
 */
export const kit = { z, duration, durationWithin, size, secret };
export type Kit = typeof kit;

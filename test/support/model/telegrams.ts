import { createDice } from '../dice.ts';
import { incoming, numberIn } from '../journal.ts';
import type { Incoming } from '../../../src/journal/crossing.ts';
import type { Quality } from './far-side.ts';

const STARTED_AT = Date.parse('2026-01-05T12:00:00Z');

const dice = createDice(5);
/** Bytes that do not pack. */
const noise = Buffer.from(Array.from({ length: 256_000 }, () => Math.floor(256 * dice())));

/** When the n-th telegram was received. */
export function timeOf(n: number): number {
  return STARTED_AT + n * 1_000;
}

/** The n-th telegram, printed n seconds after the start. */
export function telegram(n: number, source: string, quality: Quality): Incoming & { readonly raw: Buffer } {
  const bytes = quality === 'large' ? 4_000 : 16;
  const from = (n * bytes) % (noise.length - bytes);
  const raw = Buffer.concat([incoming(n).raw, noise.subarray(from, from + bytes)]);
  return { source, at: timeOf(n), checksum: 'valid', raw };
}

export function meterTime(raw: Uint8Array): Date {
  return new Date(timeOf(numberIn(raw)));
}

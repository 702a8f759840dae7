import type { Checksum, Telegram } from '../telegram/telegram.ts';
import { isWhole, type DamagedLetter, type Letter } from './letter.ts';
import type { DeadLetter } from './dead-letters.ts';
import type { Row } from './telegrams.ts';

// How telegrams cross between the journal's thread and the rest.

/** A telegram on its way into the journal. */
export interface Incoming {
  readonly source: string;
  /** The wall clock at its first byte, in milliseconds since 1970. */
  readonly at: number;
  readonly checksum: Checksum;
  readonly raw: Uint8Array;
}

/** With a buffer of its own: a piece of a shared one would be copied to the thread with all of its neighbours. */
export function toIncoming({ source, receivedAt, checksum, raw }: Telegram): Incoming {
  return { source, at: receivedAt.getTime(), checksum, raw: new Uint8Array(raw) };
}

export function toLetter({ seq, source, at, checksum, raw }: Row): Letter | DamagedLetter {
  const receivedAt = new Date(at);
  if (raw === undefined) return { seq, damaged: true, source, receivedAt };
  return { seq, telegram: { source, receivedAt, checksum, raw: asBuffer(raw) } };
}

/** What crossed from another thread is no Buffer any more; nothing is copied. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Without bytes where the letter is a damaged one. */
export function toDead(letter: Letter | DamagedLetter, reason: string): DeadLetter {
  const { seq } = letter;
  const { source, receivedAt } = isWhole(letter) ? letter.telegram : letter;
  const { checksum, raw } = isWhole(letter) ? letter.telegram : { checksum: 'valid' as const, raw: undefined };
  const bytes = raw && new Uint8Array(raw);
  return { seq, source, at: receivedAt.getTime(), checksum, raw: bytes, buriedAt: Date.now(), reason };
}

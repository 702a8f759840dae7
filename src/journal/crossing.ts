import type { Telegram } from '../telegram/telegram.ts';
import type { DamagedLetter, Letter } from './letter.ts';
import type { Row } from './telegrams.ts';

// How telegrams cross between the journal's thread and the rest.

/** With a buffer of its own: a piece of a shared one would be copied to the thread with all of its neighbours. */
export function toIncoming({ source, receivedAt, checksum, raw }: Telegram) {
  return { source, at: receivedAt.getTime(), checksum, raw: new Uint8Array(raw) };
}

export function toLetter({ seq, source, at, checksum, raw }: Row): Letter | DamagedLetter {
  const receivedAt = new Date(at);
  if (raw === undefined) return { seq, damaged: true, source, receivedAt };
  return { seq, telegram: { source, receivedAt, checksum, raw: Buffer.from(raw.buffer, raw.byteOffset, raw.length) } };
}

export function isWhole(letter: Letter | DamagedLetter): letter is Letter {
  return !('damaged' in letter);
}

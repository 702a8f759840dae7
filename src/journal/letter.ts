import type { Telegram } from '../telegram/telegram.ts';

/** An accepted telegram on its way to an endpoint. */
export interface Letter {
  /** The journal's number of this telegram: grows, never used twice, may have holes. */
  readonly seq: number;
  readonly telegram: Telegram;
}

/** A letter whose row in the journal is damaged: nothing can be sent of it. */
export interface DamagedLetter {
  readonly seq: number;
  readonly damaged: true;
  readonly source: string;
  readonly receivedAt: Date;
}

/** A letter whose bytes are there. */
export function isWhole(letter: Letter | DamagedLetter): letter is Letter {
  return !('damaged' in letter);
}

import type { RejectionReason } from '../telegram/telegram.ts';

/** Something that was turned down. */
export interface Denied {
  /** Counts from 1 at each start. */
  readonly number: number;
  readonly at: Date;
  readonly kind: 'telegram' | 'delivery';
  /** Why, in a word: of a delivery what became of it. */
  readonly reason: RejectionReason | 'refused' | 'paused' | 'dropped';
  readonly text: string;
  readonly source: string | undefined;
  readonly endpoint: string | undefined;
}

const KEPT = 256;

/** The newest of what was turned down, for whoever asks in time. */
export class DeniedLog {
  readonly #kept: Denied[] = [];
  #last = 0;

  add(denied: Omit<Denied, 'number' | 'at'>): void {
    this.#kept.push({ ...denied, number: ++this.#last, at: new Date() });
    if (this.#kept.length > KEPT) this.#kept.shift();
  }

  /** Those behind a number, oldest first. */
  behind(after: number): readonly Denied[] {
    return this.#kept.filter(({ number }) => number > after);
  }
}

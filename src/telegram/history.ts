import { follows } from './plausibility.ts';
import { snapshotOfTelegram, type Snapshot } from './snapshot.ts';
import type { Telegram } from './telegram.ts';

/** A meter that was exchanged is believed after so many telegrams that agree with each other. */
const BELIEVED_AFTER = 3;

/**
 * What is known of one source's meter from the telegrams accepted last: what the next one without a checksum is held
 * against. It outlives the framers of single connections. Without a telegram to begin with, the first that ends with a
 * `!` is believed.
 */
export class History {
  #last: Snapshot | undefined;
  /** The newest of a row of telegrams that follow each other but not `#last`. */
  #stranger: Snapshot | undefined;
  #strangers = 0;

  /** Begins with a telegram accepted before the start; one that came in since knows more. */
  begin(telegram: Telegram): void {
    this.#last ??= snapshotOfTelegram(telegram);
  }

  /** A checksum vouches for this one. */
  trust(snapshot: Snapshot): void {
    this.#last = snapshot;
    this.#stranger = undefined;
    this.#strangers = 0;
  }

  /** Whether a telegram follows from those before; if so it is the one that the next is held against. */
  admits(snapshot: Snapshot): boolean {
    const isNext = this.#last === undefined ? snapshot.ending !== 'nothing' : follows(snapshot, this.#last);
    if (isNext) this.trust(snapshot);
    else this.#meet(snapshot);
    return isNext;
  }

  #meet(stranger: Snapshot): void {
    const agrees = this.#stranger !== undefined && follows(stranger, this.#stranger);
    this.#strangers = agrees ? this.#strangers + 1 : 1;
    this.#stranger = stranger;
    if (this.#strangers === BELIEVED_AFTER) this.trust(stranger);
  }
}

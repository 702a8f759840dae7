import type { Letter } from '../journal/letter.ts';

/**
 * What an endpoint shows of the newest telegrams as they come. Nothing is kept for it: what comes while it is not
 * connected is gone, but for the newest of each source.
 */
export interface LivePart {
  /**
   * One attempt: connects, and shows what comes until the signal aborts, when it takes its leave and resolves. Throws
   * {@link TryLater} where the connection is not there or lost, {@link Paused} where it is mis-set.
   */
  show(newest: Newest, teller: LiveTeller, signal: AbortSignal): Promise<void>;
}

/** What a live part says of itself while it shows. */
export interface LiveTeller {
  /** The far side is there, and takes what it is shown. */
  connected(): void;
  /** It took something of a telegram. */
  took(): void;
  /** Something is odd that does not stop it, with what a person has to do; undefined: no more. Told when it changes. */
  odd(what: string | undefined): void;
}

/** The newest letter of each source, for one who shows them at its own pace. */
export class Newest {
  readonly #letters = new Map<string, Letter>();
  /** Sources that have had another letter since they were asked for. */
  readonly #fresh = new Set<string>();
  #wake: () => void = () => undefined;

  accepted(letter: Letter): void {
    const { source } = letter.telegram;
    this.#letters.set(source, letter);
    this.#fresh.add(source);
    this.#wake();
  }

  /** All that there are, fresh or not: for who has just connected. */
  all(): readonly Letter[] {
    this.#fresh.clear();
    return [...this.#letters.values()];
  }

  /** Those that came since it was asked last, once there is one; none once the signal aborts. */
  async next(signal: AbortSignal): Promise<readonly Letter[]> {
    while (this.#fresh.size === 0 && !signal.aborted) await this.#one(signal);
    const letters = [...this.#fresh].flatMap((source) => this.#letters.get(source) ?? []);
    this.#fresh.clear();
    return letters;
  }

  async #one(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#wake = wake;
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}

import type { Feed } from './feed.ts';
import type { Printed } from './printed.ts';

/** A telegram as it crosses to the web's thread. */
export interface Streamed {
  readonly number: number;
  readonly source: string;
  readonly receivedAt: Date;
  /** As it goes to readers: all of it ASCII. */
  readonly text: string;
}

/** Telegrams, and up to which number there are no others. */
export interface Found {
  readonly upTo: number;
  readonly telegrams: readonly Streamed[];
}

/** A question is answered after so long, with nothing if need be: less than the patience of who asks. */
const LONGEST_WAIT_MS = 1_000;
/** Nobody asks any more: nothing is held. */
const IDLE_MS = 5_000;
/** Held for who asks a little late; whoever is later than that misses some. */
const MOST_HELD = 32;

/**
 * The feed, for who asks: the web's thread asks for what is behind a number again and again while it has readers, and is
 * answered as soon as there is something. While nobody asks, nothing is printed or held.
 */
export class Awaited {
  readonly #feed: Feed;
  readonly #waiting = new Set<() => void>();
  #held: Printed[] = [];
  #idle: NodeJS.Timeout | undefined;
  #unfollow: (() => void) | undefined;

  constructor(feed: Feed) {
    this.#feed = feed;
  }

  /** The newest of a source, while it is young; those behind it can be asked for. */
  newest(source: string): Found {
    this.#hold();
    const newest = this.#feed.newest(source);
    return { upTo: this.#feed.number, telegrams: newest === undefined ? [] : [toStreamed(newest)] };
  }

  async behind(number: number): Promise<Found> {
    this.#hold();
    if (this.#feed.number <= number) await this.#next();
    const telegrams = this.#held.filter((printed) => printed.number > number).map(toStreamed);
    return { upTo: this.#feed.number, telegrams };
  }

  #hold(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#letGo(), IDLE_MS).unref();
    this.#unfollow ??= this.#feed.follow((printed) => {
      this.#held.push(printed);
      if (this.#held.length > MOST_HELD) this.#held.shift();
      for (const go of this.#waiting) go();
    });
  }

  #letGo(): void {
    this.#unfollow?.();
    this.#unfollow = undefined;
    this.#held = [];
  }

  async #next(): Promise<void> {
    await new Promise<void>((resolve) => {
      const go = (): void => {
        clearTimeout(late);
        this.#waiting.delete(go);
        resolve();
      };
      const late = setTimeout(go, LONGEST_WAIT_MS).unref();
      this.#waiting.add(go);
    });
  }
}

function toStreamed({ number, telegram: { source, receivedAt }, text }: Printed): Streamed {
  return { number, source, receivedAt, text };
}

import { createHash } from 'node:crypto';
import type { Telegram } from '../telegram/telegram.ts';

/** A telegram that was accepted lately, or is about to be. */
export interface Known {
  readonly source: string;
  /** Its number, once it has one. */
  readonly seq: number | Promise<number>;
  /** Who posted it, as far as that is known. */
  readonly sender?: string;
}

/** What an endpoint may be behind and still be seen to send here what came from here. */
const MOST = 1_000;

/** The telegrams accepted last, by what is printed in them. */
export class RecentLetters {
  readonly #known = new Map<string, Known>();

  find({ raw }: Pick<Telegram, 'raw'>): Known | undefined {
    return this.#known.get(printOf(raw));
  }

  add({ raw }: Pick<Telegram, 'raw'>, known: Known): void {
    const print = printOf(raw);
    const before = this.#known.get(print);
    // The newest go last.
    this.#known.delete(print);
    this.#known.set(print, { ...before, ...known });
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size > MOST) this.#known.delete(oldest);
  }

  forget({ raw }: Pick<Telegram, 'raw'>): void {
    this.#known.delete(printOf(raw));
  }
}

/** Line ends do not count: they change on the way. */
function printOf(raw: Uint8Array): string {
  const text = Buffer.from(raw).toString('latin1').replace(/\r/g, '').trimEnd();
  return createHash('sha1').update(text, 'latin1').digest('base64');
}

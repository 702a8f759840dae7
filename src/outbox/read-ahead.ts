import type { DamagedLetter, Letter } from '../journal/letter.ts';

export type Letters = readonly (Letter | DamagedLetter)[];

/** Reads letters behind a sequence number, oldest first, at most so many. */
export type Read = (after: number, limit: number) => Promise<Letters>;

/** Letters of one read: enough to keep a fast server busy, little to hold in memory. */
export const READ_AT_ONCE = 50;

/** Reads a backlog one step ahead: while some letters are sent, the journal's thread unpacks those behind them. */
export class ReadAhead {
  readonly #read: Read;
  readonly #atOnce: number;
  #ahead: { readonly after: number; readonly letters: Promise<Letters> } | undefined;

  /** @param atOnce letters of one read */
  constructor(read: Read, atOnce = READ_AT_ONCE) {
    this.#read = read;
    this.#atOnce = atOnce;
  }

  /** The next letters behind a sequence number; none where there are none now. @throws what reading throws. */
  async next(after: number): Promise<Letters> {
    const begun = this.#ahead;
    this.#ahead = undefined;
    const ready = begun?.after === after ? await begun.letters : [];
    // A read ahead that found nothing says nothing of now.
    const letters = ready.length > 0 ? ready : await this.#read(after, this.#atOnce);
    const last = letters.at(-1);
    if (last !== undefined && letters.length === this.#atOnce) this.#begin(last.seq);
    return letters;
  }

  #begin(after: number): void {
    const letters = this.#read(after, this.#atOnce);
    // It may never be asked for; who asks meets its error.
    letters.catch(() => undefined);
    this.#ahead = { after, letters };
  }
}

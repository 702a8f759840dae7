import type { Letter } from './letter.ts';

/** Enough for endpoints that keep up; the rest is read from the disk. */
const LETTERS = 64;

/** The newest letters, still in memory: an endpoint that keeps up is served without reading the disk. */
export class Recent {
  #letters: Letter[] = [];
  /** Everything newer than this is held. */
  #from = 0;

  begin(head: number): void {
    this.#from = head;
  }

  /** What is held may not be what is on disk any more: from here on only what is added. */
  forget(): void {
    this.#letters = [];
    this.#from = Infinity;
  }

  add(letters: readonly Letter[]): void {
    this.#from = Math.min(this.#from, (letters[0]?.seq ?? Infinity) - 1);
    this.#letters.push(...letters);
    if (this.#letters.length <= 2 * LETTERS) return;
    this.#from = this.#letters.at(-LETTERS - 1)?.seq ?? this.#from;
    this.#letters = this.#letters.slice(-LETTERS);
  }

  /** @returns undefined where older letters than are held would be needed. */
  behind(after: number, limit: number, source: string | undefined): Letter[] | undefined {
    if (after < this.#from) return undefined;
    return this.#letters
      .filter(({ seq, telegram }) => seq > after && (source ?? telegram.source) === telegram.source)
      .slice(0, limit);
  }
}

/** As many as are delivered in one go, twice. */
const MOST = 40;

/** What was made of the newest letters: one that is delivered once more is no news, and must not be counted twice. */
export class MadeOnce<Made> {
  readonly #made = new Map<number, Made>();

  /** @param seq the number of the letter. */
  of(seq: number, make: () => Made): Made {
    const known = this.#made.get(seq);
    if (known !== undefined) return known;
    const made = make();
    this.#made.set(seq, made);
    for (const oldest of [...this.#made.keys()].slice(0, -MOST)) this.#made.delete(oldest);
    return made;
  }
}

/** Rows that only grow in number; of more than there is room for, the oldest go. */
export class Book<R extends { readonly id: number }> {
  readonly #rows: R[] = [];
  readonly #most: number;
  #lastId = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(row: Omit<R, 'id'>): R {
    const numbered = { ...row, id: ++this.#lastId } as R;
    this.#rows.push(numbered);
    if (this.#rows.length > this.#most) this.#rows.shift();
    return numbered;
  }

  /** Oldest first. */
  get rows(): readonly R[] {
    return this.#rows;
  }
}

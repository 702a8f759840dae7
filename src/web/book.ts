/** Rows that only grow in number; of more than there is room for, the oldest go. */
export class Book<R extends { readonly id: number }> {
  readonly #rows: R[] = [];
  readonly #most: number;
  #lastId = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Ids up to this one were used before. */
  goOn(lastId: number): void {
    this.#lastId = Math.max(this.#lastId, lastId);
  }

  add(row: Omit<R, 'id'>): R {
    const numbered = { ...row, id: this.nextId() } as R;
    this.#rows.push(numbered);
    if (this.#rows.length > this.#most) this.#rows.shift();
    return numbered;
  }

  /** For what is kept elsewhere under an id of the same row of ids. */
  nextId(): number {
    return ++this.#lastId;
  }

  /** Oldest first. */
  get rows(): readonly R[] {
    return this.#rows;
  }

  /** All above are in here. */
  get firstId(): number {
    return this.#rows[0]?.id ?? this.#lastId + 1;
  }
}

interface Turn {
  readonly page: number;
  readonly fromId: number;
  readonly behindId: number;
}

/** Clients that fetch at the same time. */
const MOST = 256;

/**
 * Where each client's pages of records end, so that the next one begins there: a minute that is corrected or deleted
 * meanwhile leaves its place, and by numbers of rows a page would pass over another.
 */
export class RecordPages {
  readonly #turns = new Map<string, Turn>();

  /** The id that a page begins with; undefined where the one before it was not the last that was given. */
  begin(client: string, page: number): number | undefined {
    const turn = this.#turns.get(client);
    if (page === 1 || turn === undefined) return undefined;
    if (page === turn.page) return turn.fromId;
    return page === turn.page + 1 ? turn.behindId : undefined;
  }

  given(client: string, turn: Turn): void {
    this.#turns.delete(client);
    this.#turns.set(client, turn);
    const [oldest] = this.#turns.keys();
    if (oldest !== undefined && this.#turns.size > MOST) this.#turns.delete(oldest);
  }
}

import type { Database } from '../storage/sqlite.ts';

/** How many numbers are set aside at a time: the largest hole that a power cut leaves. */
const BLOCK = 1_000;

/**
 * Hands out sequence numbers that are never used twice, not even after a power cut took the newest rows back: numbers
 * are reserved on the card in blocks, and an open that follows no clean close skips the rest of its block.
 */
export class Sequence {
  readonly #db: Database;
  /** Numbers of the last block that no row has although no process gave them back: so many at most were lost. */
  readonly unaccounted: number;
  #next: number;
  #reserved: number;

  constructor(db: Database) {
    this.#db = db;
    const meta = new Map(
      db
        .prepare<[], { key: string; value: number | null }>('SELECT key, value FROM meta')
        .all()
        .map((row) => [row.key, row.value]),
    );
    this.#reserved = meta.get('reserved') ?? 0;
    // A card that lied about a sync may hold rows, but not the reservation that was synced before them.
    const highest = highestUsed(db);
    const given = meta.get('next') ?? undefined;
    this.#next = Math.max(given ?? this.#reserved + 1, highest + 1);
    this.unaccounted = given === undefined ? Math.max(0, this.#reserved - highest) : 0;
  }

  /** The newest number handed out, 0 where there is none. */
  get last(): number {
    return this.#next - 1;
  }

  /** True where `count` numbers can be taken without reserving more. */
  holds(count: number): boolean {
    return this.#next + count - 1 <= this.#reserved;
  }

  /** @param commit runs a transaction that is on the card when it returns. */
  reserve(count: number, commit: (work: () => void) => void): void {
    const reserved = this.#next + Math.max(BLOCK, count) - 1;
    commit(() => this.#write(reserved, null));
    this.#reserved = reserved;
  }

  take(): number {
    return this.#next++;
  }

  /** Gives back what is left of the block: the next open goes on without a hole. Part of the last transaction. */
  release(): void {
    this.#write(this.#reserved, this.#next);
  }

  #write(reserved: number, next: number | null): void {
    const update = this.#db.prepare('UPDATE meta SET value = ? WHERE key = ?');
    update.run(reserved, 'reserved');
    update.run(next, 'next');
  }
}

function highestUsed(db: Database): number {
  const used = db.prepare<[], { row: number | null; cursor: number | null }>(
    'SELECT (SELECT max(seq) FROM telegram) AS row, (SELECT max(acked) FROM endpoint) AS cursor',
  );
  const { row, cursor } = used.get() ?? { row: 0, cursor: 0 };
  return Math.max(row ?? 0, cursor ?? 0);
}

import type { Database } from '../storage/sqlite.ts';
import { momentNow } from '../time/boot.ts';
import { NOTHING_YET, PLACED, PLACED_BEFORE_DAMAGE, TAKEN_OUT, type Cursor, type CursorState } from './cursor.ts';
import { lastBefore } from './last-before.ts';

/** Which letters an endpoint gets: those of one source, or of all. */
export interface EndpointPlace {
  readonly name: string;
  readonly source: string | undefined;
  /** Where it begins while the journal does not know it; a time is milliseconds since 1970. Default: now. */
  readonly from?: From;
  /** The name under which the journal may know it. */
  readonly formerly?: string | undefined;
  /** What a journal at its size limit keeps of its backlog: one letter in this time. Default: 0, all. */
  readonly thinBacklogMs?: number;
}

export type From = 'now' | 'beginning' | number;

/** An endpoint that is not configured any more, and how many letters waited for it. */
export interface TakenOut {
  readonly name: string;
  readonly waiting: number;
}

/** Where each endpoint stands when the journal is opened. */
export class Placing {
  readonly #db: Database;
  readonly #sourceId: (name: string) => number;
  /** The newest sequence number. */
  readonly #head: number;

  constructor(db: Database, sourceId: (name: string) => number, head: number) {
    this.#db = db;
    this.#sourceId = sourceId;
    this.#head = head;
  }

  /**
   * Makes the configured endpoints the ones that count. One that was taken out keeps its row, and goes on from there if
   * it comes back, but holds nothing.
   *
   * @param newFrom where one begins that is not known, in the place of its own wish.
   */
  place(endpoints: readonly EndpointPlace[], newFrom: From | undefined): { cursors: Cursor[]; takenOut: TakenOut[] } {
    for (const { name, formerly } of endpoints) if (formerly !== undefined) this.#rename(formerly, name);
    const rows = new Map(this.#rows().map((row) => [row.name, row]));
    const cursors = endpoints.map((place) => this.#placed(rows.get(place.name), place, newFrom ?? place.from ?? 'now'));
    const configured = new Set(endpoints.map(({ name }) => name));
    const gone = [...rows.values()].filter(({ name, placed }) => placed !== TAKEN_OUT && !configured.has(name));
    this.#db.prepare('UPDATE endpoint SET placed = ?').run(TAKEN_OUT);
    return { cursors, takenOut: gone.map(({ name, waiting }) => ({ name, waiting })) };
  }

  /** What still waits after damage, and what does no more. */
  left(
    { acked, waiting, dropped }: Pick<CursorState, 'acked' | 'waiting' | 'dropped'>,
    source: number | null,
  ): { waiting: number; dropped: number } {
    const left = this.#count(acked, source);
    return { waiting: left, dropped: dropped + Math.max(0, waiting - left) };
  }

  /** A name that is known already keeps what it has: it was renamed by an earlier start. */
  #rename(formerly: string, name: string): void {
    const { changes } = this.#db.prepare('UPDATE OR IGNORE endpoint SET name = ? WHERE name = ?').run(name, formerly);
    if (changes === 0) return;
    this.#db.prepare('UPDATE dead SET endpoint = ? WHERE endpoint = ?').run(name, formerly);
    this.#db.prepare('UPDATE OR REPLACE replay SET endpoint = ? WHERE endpoint = ?').run(name, formerly);
  }

  #placed(row: Cursor | undefined, place: EndpointPlace, from: From): Cursor {
    const { name, thinBacklogMs: thin_ms = 0 } = place;
    const source = place.source === undefined ? null : this.#sourceId(place.source);
    const acked = row?.acked ?? this.#start(from);
    const cursor = { ...NOTHING_YET, ...row, name, acked, source, placed: PLACED, thin_ms };
    // Whoever was sending when the last process ended has a letter in doubt, up to this moment.
    if (cursor.doubt === 'sending') cursor.doubt = momentNow();
    if (row?.source === source && row.placed === PLACED) return cursor;
    if (row?.source === source && row.placed === PLACED_BEFORE_DAMAGE) return { ...cursor, ...this.left(row, source) };
    return { ...cursor, waiting: this.#count(acked, source) };
  }

  /** The number behind which an endpoint begins. */
  #start(from: From): number {
    if (from === 'now') return this.#head;
    return from === 'beginning' ? 0 : lastBefore(this.#db, from, Date.now());
  }

  #count(acked: number, source: number | null): number {
    if (acked >= this.#head) return 0;
    const { count } = this.#db
      .prepare<[number, number | null, number | null], { count: number }>(
        'SELECT count(*) AS count FROM telegram WHERE seq > ? AND (? IS NULL OR source = ?)',
      )
      .get(acked, source, source) ?? { count: 0 };
    return count;
  }

  #rows(): Cursor[] {
    return this.#db.prepare<[], Cursor>('SELECT * FROM endpoint').all();
  }
}

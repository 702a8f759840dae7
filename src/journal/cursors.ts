import type { Database } from '../storage/sqlite.ts';

/** Which letters an endpoint gets: those of one source, or of all. */
export interface EndpointPlace {
  readonly name: string;
  readonly source: string | undefined;
}

/** A letter that an endpoint is done with. */
export interface Passed {
  readonly endpoint: string;
  readonly seq: number;
  readonly how: 'delivered' | 'thinned' | 'buried';
}

export interface CursorState {
  readonly name: string;
  /** The newest letter that the endpoint is done with: it needs those behind it. */
  readonly acked: number;
  readonly waiting: number;
  readonly delivered: number;
  readonly thinned: number;
  readonly dropped: number;
  readonly buried: number;
}

interface Cursor {
  name: string;
  source: number | null;
  acked: number;
  waiting: number;
  delivered: number;
  thinned: number;
  dropped: number;
  buried: number;
  /** 0 once it was taken out of the configuration: from then on nobody counts what waits for it. */
  placed: number;
}

/**
 * Each endpoint's way through the journal. Held in memory, written in the commit of whatever moved it: counting the
 * rows of a long outage would take the card a minute.
 */
export class Cursors {
  readonly #db: Database;
  readonly #sourceId: (name: string) => number;
  readonly #changed = new Set<Cursor>();
  #cursors = new Map<string, Cursor>();

  constructor(db: Database, sourceId: (name: string) => number) {
    this.#db = db;
    this.#sourceId = sourceId;
  }

  /**
   * Makes the configured endpoints the ones that count. A new one begins behind the newest letter; one that was taken
   * out keeps its row, and goes on from there if it comes back, but holds nothing.
   */
  place(endpoints: readonly EndpointPlace[], head: number, newFrom: 'now' | 'beginning'): void {
    const known = new Map(this.#rows().map((row) => [row.name, row]));
    this.#db.prepare('UPDATE endpoint SET placed = 0').run();
    const start = newFrom === 'now' ? head : 0;
    this.#cursors = new Map(
      endpoints.map((place) => [place.name, this.#placed(known.get(place.name), place, head, start)]),
    );
  }

  /** A letter of this source was accepted. */
  arrived(source: number): void {
    for (const cursor of this.#cursors.values()) {
      if (cursor.source !== null && cursor.source !== source) continue;
      cursor.waiting += 1;
      this.#changed.add(cursor);
    }
  }

  pass(passed: readonly Passed[]): void {
    for (const { endpoint, seq, how } of passed) {
      const cursor = this.#cursors.get(endpoint);
      if (cursor === undefined) continue;
      // Dropped while it was under way, and then delivered after all.
      if (seq <= cursor.acked) cursor.dropped -= 1;
      else cursor.waiting -= 1;
      cursor[how] += 1;
      cursor.acked = Math.max(cursor.acked, seq);
      this.#changed.add(cursor);
    }
  }

  /** Takes letters from all endpoints that still needed them. @returns how many each lost. */
  drop(letters: readonly { seq: number; source: number }[]): Map<string, number> {
    const lost = new Map<string, number>();
    const last = letters.at(-1)?.seq ?? 0;
    for (const cursor of this.#cursors.values()) {
      if (cursor.acked >= last) continue;
      const count = letters.filter(
        ({ seq, source }) => seq > cursor.acked && (cursor.source ?? source) === source,
      ).length;
      cursor.acked = last;
      cursor.waiting -= count;
      cursor.dropped += count;
      this.#changed.add(cursor);
      if (count > 0) lost.set(cursor.name, count);
    }
    return lost;
  }

  placeOf(name: string): { acked: number; source: number | null } | undefined {
    return this.#cursors.get(name);
  }

  /** Letters up to this number are needed by nobody. */
  lowest(head: number): number {
    return Math.min(head, ...[...this.#cursors.values()].map(({ acked }) => acked));
  }

  state(): CursorState[] {
    return [...this.#cursors.values()].map(({ name, acked, waiting, delivered, thinned, dropped, buried }) => {
      return { name, acked, waiting, delivered, thinned, dropped, buried };
    });
  }

  /** Part of every commit: what moved is written with what moved it. */
  write(): void {
    for (const cursor of this.#changed) {
      this.#db
        .prepare(
          `INSERT OR REPLACE INTO endpoint(name, source, acked, waiting, delivered, thinned, dropped, buried, placed)
           VALUES (:name, :source, :acked, :waiting, :delivered, :thinned, :dropped, :buried, 1)`,
        )
        .run(cursor);
    }
    this.#changed.clear();
  }

  /** After a commit that failed: memory again says what the tables say. */
  forget(): void {
    this.#changed.clear();
    for (const row of this.#rows()) if (this.#cursors.has(row.name)) this.#cursors.set(row.name, row);
  }

  #placed(row: Cursor | undefined, place: EndpointPlace, head: number, start: number): Cursor {
    const { name } = place;
    const source = place.source === undefined ? null : this.#sourceId(place.source);
    const acked = row?.acked ?? start;
    const counted = row?.placed === 1 && row.source === source;
    const waiting = counted ? row.waiting : this.#count(acked, source, head);
    const cursor = { name, acked, delivered: 0, thinned: 0, dropped: 0, buried: 0, ...row, source, waiting, placed: 1 };
    this.#changed.add(cursor);
    return cursor;
  }

  #count(acked: number, source: number | null, head: number): number {
    if (acked >= head) return 0;
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

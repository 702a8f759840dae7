import type { Database } from '../storage/sqlite.ts';
import type { Mirror } from './commits.ts';

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
  /** 1, or what is said of the others below. */
  placed: number;
}

/** Taken out of the configuration: from then on nobody counts what waits for it. */
const TAKEN_OUT = 0;
const PLACED = 1;
/** What waited for it was counted exactly, and some of it may be lost. */
export const PLACED_BEFORE_DAMAGE = 2;

/**
 * Each endpoint's way through the journal. Held in memory, written with the next commit whatever it is for: counting
 * the rows of a long outage would take the card a minute. A cursor that could not be written stays moved in memory.
 */
export class Cursors implements Mirror {
  readonly #db: Database;
  readonly #sourceId: (name: string) => number;
  /** Names of those that the table does not have as they are. */
  readonly #unwritten = new Set<string>();
  /** What each had dropped when that was last asked for. */
  readonly #toldDropped = new Map<string, number>();
  #cursors: ReadonlyMap<string, Cursor> = new Map();
  #beforeTransaction = this.#cursors;

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
    const start = newFrom === 'now' ? head : 0;
    const placed = endpoints.map((place) => this.#placed(known.get(place.name), place, head, start));
    this.#db.prepare('UPDATE endpoint SET placed = ?').run(TAKEN_OUT);
    this.#cursors = new Map(placed.map((cursor) => [cursor.name, cursor]));
    for (const { name, dropped } of placed) {
      this.#unwritten.add(name);
      this.#toldDropped.set(name, dropped);
    }
  }

  /** After a repair: the cursors stand where they stood in memory, and what is no more behind them was dropped. */
  takeOver(before: readonly CursorState[], head: number): void {
    for (const state of before) {
      const cursor = this.#cursors.get(state.name);
      if (cursor === undefined) continue;
      Object.assign(cursor, state, this.#left(state, cursor.source, head));
      this.#unwritten.add(state.name);
      this.#toldDropped.set(state.name, state.dropped);
    }
  }

  /** A letter of this source was accepted. */
  arrived(source: number): void {
    for (const cursor of this.#cursors.values()) {
      if (cursor.source !== null && cursor.source !== source) continue;
      cursor.waiting += 1;
      this.#unwritten.add(cursor.name);
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
      this.#unwritten.add(endpoint);
    }
  }

  /** A dead letter was taken at its second try. */
  takenAfterAll(name: string): void {
    const cursor = this.#cursors.get(name);
    if (cursor === undefined) return;
    cursor.buried -= 1;
    cursor.delivered += 1;
    this.#unwritten.add(name);
  }

  /** Takes letters from all endpoints that still needed them. */
  drop(letters: readonly { seq: number; source: number }[]): void {
    const last = letters.at(-1)?.seq ?? 0;
    for (const cursor of this.#cursors.values()) {
      if (cursor.acked >= last) continue;
      const lost = letters.filter(({ seq, source }) => seq > cursor.acked && (cursor.source ?? source) === source);
      cursor.acked = last;
      cursor.waiting -= lost.length;
      cursor.dropped += lost.length;
      this.#unwritten.add(cursor.name);
    }
  }

  /** How many letters each endpoint lost since this was last asked; negative where one arrived after all. */
  newlyDropped(): ReadonlyMap<string, number> {
    const changes = new Map<string, number>();
    for (const { name, dropped } of this.#cursors.values()) {
      const change = dropped - (this.#toldDropped.get(name) ?? 0);
      if (change !== 0) changes.set(name, change);
      this.#toldDropped.set(name, dropped);
    }
    return changes;
  }

  placeOf(name: string): { acked: number; source: number | null } | undefined {
    return this.#cursors.get(name);
  }

  /**
   * Where the endpoints stand that need no letter before `seq`: letters up to the number returned are needed by none
   * of them. An endpoint for which nothing waits needs nothing, however long its source has been silent.
   */
  lowest(seq = 0): number {
    const waiting = [...this.#cursors.values()].filter((cursor) => cursor.waiting > 0 && cursor.acked >= seq);
    return Math.min(Infinity, ...waiting.map(({ acked }) => acked));
  }

  state(): CursorState[] {
    return [...this.#cursors.values()].map(({ name, acked, waiting, delivered, thinned, dropped, buried }) => {
      return { name, acked, waiting, delivered, thinned, dropped, buried };
    });
  }

  get areWritten(): boolean {
    return this.#unwritten.size === 0;
  }

  begin(): void {
    this.#beforeTransaction = new Map([...this.#cursors].map(([name, cursor]) => [name, { ...cursor }]));
  }

  write(): void {
    for (const name of this.#unwritten) {
      this.#db
        .prepare(
          `INSERT OR REPLACE INTO endpoint(name, source, acked, waiting, delivered, thinned, dropped, buried, placed)
           VALUES (:name, :source, :acked, :waiting, :delivered, :thinned, :dropped, :buried, :placed)`,
        )
        .run(this.#cursors.get(name));
    }
  }

  committed(): void {
    this.#unwritten.clear();
  }

  rolledBack(): void {
    this.#cursors = this.#beforeTransaction;
  }

  #placed(row: Cursor | undefined, place: EndpointPlace, head: number, start: number): Cursor {
    const { name } = place;
    const source = place.source === undefined ? null : this.#sourceId(place.source);
    const none = { name, acked: start, waiting: 0, delivered: 0, thinned: 0, dropped: 0, buried: 0 };
    const cursor = { ...none, ...row, source, placed: PLACED };
    if (row?.source === source && row.placed === PLACED) return cursor;
    if (row?.source === source && row.placed === PLACED_BEFORE_DAMAGE)
      return { ...cursor, ...this.#left(row, source, head) };
    return { ...cursor, waiting: this.#count(cursor.acked, source, head) };
  }

  /** What still waits after damage, and what does no more. */
  #left({ acked, waiting, dropped }: CursorState, source: number | null, head: number) {
    const left = this.#count(acked, source, head);
    return { waiting: left, dropped: dropped + Math.max(0, waiting - left) };
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

import type { Database } from '../storage/sqlite.ts';
import { momentNow } from '../time/boot.ts';
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
  readonly how: 'delivered' | 'thinned' | 'buried' | 'possiblyLost';
  /** Delivered: the far side itself said so, or it was found there when it was asked. */
  readonly proof?: 'answered' | 'found';
  /** It was sent again although an earlier request may have brought it. */
  readonly twice?: boolean;
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
  /** Not sent again, on its owner's wish, although nobody knows whether it was taken. */
  readonly possiblyLost: number;
  /** Of those delivered: found at the far side after a request without an answer, and not sent again. */
  readonly found: number;
  /** Of those delivered: sent again although an earlier request may have brought them. */
  readonly possiblyTwice: number;
  /** The newest letter to which the far side itself said yes. */
  readonly answered: number;
  /**
   * Null: nothing is in doubt. `sending`: letters are being sent. Else the moment (of `time/boot.ts`) up to which one
   * may have been sent whose fate nobody noted.
   */
  readonly doubt: string | null;
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
  possibly_lost: number;
  found: number;
  possibly_twice: number;
  answered: number;
  thinned_to: number;
  doubt: string | null;
  /** 1, or what is said of the others below. */
  placed: number;
}

/** Where each way of being done with is counted. */
const COLUMNS = {
  delivered: 'delivered',
  thinned: 'thinned',
  buried: 'buried',
  possiblyLost: 'possibly_lost',
} as const;

/** Taken out of the configuration: from then on nobody counts what waits for it. */
const TAKEN_OUT = 0;
const PLACED = 1;
/** What waited for it was counted exactly, and some of it may be lost. */
export const PLACED_BEFORE_DAMAGE = 2;

const NOTHING_YET = {
  waiting: 0,
  delivered: 0,
  thinned: 0,
  dropped: 0,
  buried: 0,
  possibly_lost: 0,
  found: 0,
  possibly_twice: 0,
  answered: 0,
  thinned_to: 0,
  doubt: null,
};

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
      const { possiblyLost: possibly_lost, possiblyTwice: possibly_twice, ...rest } = state;
      Object.assign(cursor, rest, { possibly_lost, possibly_twice }, this.#left(state, cursor.source, head));
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
    for (const { endpoint, seq, how, proof, twice } of passed) {
      const cursor = this.#cursors.get(endpoint);
      if (cursor === undefined) continue;
      // Dropped while it was under way, and then delivered after all.
      if (seq <= cursor.acked) cursor.dropped -= 1;
      else cursor.waiting -= 1;
      cursor[COLUMNS[how]] += 1;
      cursor.acked = Math.max(cursor.acked, seq);
      if (proof === 'found') cursor.found += 1;
      if (proof === 'answered') cursor.answered = seq;
      if (twice === true) cursor.possibly_twice += 1;
      this.#unwritten.add(endpoint);
    }
  }

  /** From here on letters are being sent (`sending`), or none is in doubt any more. */
  doubt(name: string, doubt: 'sending' | null): void {
    const cursor = this.#cursors.get(name);
    if (cursor === undefined) return;
    cursor.doubt = doubt;
    this.#unwritten.add(name);
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
    return [...this.#cursors.values()].map(
      ({ possibly_lost: possiblyLost, possibly_twice: possiblyTwice, ...cursor }) => {
        const { name, acked, waiting, delivered, thinned, dropped, buried, found, answered, doubt } = cursor;
        const counts = { waiting, delivered, thinned, dropped, buried, possiblyLost, found, possiblyTwice };
        return { name, acked, ...counts, answered, doubt };
      },
    );
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
          `INSERT OR REPLACE INTO endpoint(name, source, acked, waiting, delivered, thinned, dropped, buried,
             possibly_lost, found, possibly_twice, answered, thinned_to, doubt, placed)
           VALUES (:name, :source, :acked, :waiting, :delivered, :thinned, :dropped, :buried,
             :possibly_lost, :found, :possibly_twice, :answered, :thinned_to, :doubt, :placed)`,
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
    const cursor = { ...NOTHING_YET, name, acked: start, ...row, source, placed: PLACED };
    // Whoever was sending when the last process ended has a letter in doubt, up to this moment.
    if (cursor.doubt === 'sending') cursor.doubt = momentNow();
    if (row?.source === source && row.placed === PLACED) return cursor;
    if (row?.source === source && row.placed === PLACED_BEFORE_DAMAGE)
      return { ...cursor, ...this.#left(row, source, head) };
    return { ...cursor, waiting: this.#count(cursor.acked, source, head) };
  }

  /** What still waits after damage, and what does no more. */
  #left(
    { acked, waiting, dropped }: Pick<CursorState, 'acked' | 'waiting' | 'dropped'>,
    source: number | null,
    head: number,
  ) {
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

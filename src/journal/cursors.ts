import type { Database } from '../storage/sqlite.ts';
import type { Mirror } from './commits.ts';
import { needs, NOTHING_YET, stateOf, TAKEN_OUT, type Cursor, type CursorState } from './cursor.ts';
import type { Forgotten } from './dead-letters.ts';
import { changeOf, NO_LOSSES, type Losses } from './losses.ts';
import { Placing, type EndpointPlace, type TakenOut } from './placing.ts';

/** Why a letter counts as delivered: the far side itself said so, or it was found there when it was asked. */
export type Proof = 'answered' | 'found';

/** A letter that an endpoint is done with. */
export interface Passed {
  readonly endpoint: string;
  /** Sent once more: it moves the replay, not the cursor. */
  readonly lane?: 'replay';
  readonly seq: number;
  readonly how: 'delivered' | 'thinned' | 'buried' | 'possiblyLost';
  /** Of one that was delivered. */
  readonly proof?: Proof;
}

/** Endpoints that lag and may be thinned, and what of their backlog may go. */
export interface Lagging {
  readonly names: ReadonlySet<string>;
  /** Up to here their backlog was thinned. */
  readonly after: number;
  readonly intervalMs: number;
  /** Nobody needs it. */
  isSpare(row: RowOf): boolean;
  /** None but these needs it. */
  mayGo(row: RowOf): boolean;
}

/** A letter's number, and the number of its source. */
export interface RowOf {
  readonly seq: number;
  readonly source: number;
}

/** Outboxes hold far fewer letters in memory. */
const MOST_IN_HAND = 1_000;

/** Where each way of being done with is counted. */
const COLUMNS = {
  delivered: 'delivered',
  thinned: 'thinned',
  buried: 'buried',
  possiblyLost: 'possibly_lost',
} as const;

/**
 * Each endpoint's way through the journal. Held in memory, written with the next commit whatever it is for: counting
 * the rows of a long outage would take the card a minute. A cursor that could not be written stays moved in memory.
 */
export class Cursors implements Mirror {
  readonly #db: Database;
  readonly #sourceId: (name: string) => number;
  /** Names of those that the table does not have as they are. */
  readonly #unwritten = new Set<string>();
  /** What each had lost when that was last asked for. */
  readonly #told = new Map<string, Losses>();
  #cursors: ReadonlyMap<string, Cursor> = new Map();
  #beforeTransaction = this.#cursors;

  constructor(db: Database, sourceId: (name: string) => number) {
    this.#db = db;
    this.#sourceId = sourceId;
  }

  /**
   * Makes the configured endpoints the ones that count.
   *
   * @param newFrom where one begins that the journal does not know, in the place of its own wish.
   * @returns those that were taken out of the configuration.
   */
  place(endpoints: readonly EndpointPlace[], head: number, newFrom?: 'beginning'): TakenOut[] {
    const { cursors, takenOut } = this.#placing(head).place(endpoints, newFrom);
    this.#cursors = new Map(cursors.map((cursor) => [cursor.name, cursor]));
    for (const { name } of cursors) this.#unwritten.add(name);
    return takenOut;
  }

  /** Takes the endpoints as they were last written, to look at: none is placed. */
  look(): void {
    const rows = this.#db.prepare<[number], Cursor>('SELECT * FROM endpoint WHERE placed <> ?').all(TAKEN_OUT);
    this.#cursors = new Map(rows.map((row) => [row.name, { ...NOTHING_YET, ...row }]));
  }

  /** After a repair: the cursors stand where they stood in memory, and what is no more behind them was dropped. */
  takeOver(before: readonly CursorState[], head: number): void {
    const placing = this.#placing(head);
    for (const state of before) {
      const cursor = this.#cursors.get(state.name);
      if (cursor === undefined) continue;
      const { possiblyLost: possibly_lost, possiblyTwice: possibly_twice, ...rest } = state;
      const left = placing.left(state, cursor.source);
      const lost = { ...NO_LOSSES, dropped: left.dropped - state.dropped };
      Object.assign(cursor, rest, { possibly_lost, possibly_twice, lost }, left);
      this.#unwritten.add(state.name);
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
    for (const { endpoint, lane, seq, how, proof } of passed) {
      if (lane === 'replay') continue;
      const cursor = this.#cursors.get(endpoint);
      if (cursor === undefined) continue;
      leave(cursor, seq);
      cursor[COLUMNS[how]] += 1;
      cursor.acked = Math.max(cursor.acked, seq);
      if (proof === 'found') cursor.found += 1;
      if (proof === 'answered') cursor.answered = seq;
      this.#unwritten.add(endpoint);
    }
  }

  /** A letter is sent again although an earlier request may have brought it: counted before, as what comes of it may not be. */
  mayComeTwice(name: string): void {
    const cursor = this.#cursors.get(name);
    if (cursor === undefined) return;
    cursor.possibly_twice += 1;
    this.#unwritten.add(name);
  }

  /** From here on letters are being sent (`sending`), or none is in doubt any more. */
  doubt(name: string, doubt: 'sending' | null): void {
    const cursor = this.#cursors.get(name);
    if (cursor === undefined) return;
    cursor.doubt = doubt;
    this.#unwritten.add(name);
  }

  /** A dead letter was taken at its second try. */
  takenAfterAll(name: string, proof: Proof): void {
    const cursor = this.#cursors.get(name);
    if (cursor === undefined) return;
    cursor.buried -= 1;
    cursor.delivered += 1;
    if (proof === 'found') cursor.found += 1;
    this.#unwritten.add(name);
  }

  /** So many dead letters are kept no more: they count as dropped. */
  forgotten({ endpoint, count }: Forgotten): void {
    const cursor = this.#cursors.get(endpoint);
    if (cursor === undefined) return;
    cursor.buried -= count;
    cursor.dropped += count;
    cursor.lost = { ...cursor.lost, forgotten: cursor.lost.forgotten + count };
    this.#unwritten.add(endpoint);
  }

  /** Takes letters from all endpoints that still needed them. */
  drop(letters: readonly RowOf[]): void {
    const last = letters.at(-1)?.seq ?? 0;
    for (const cursor of this.#cursors.values()) {
      if (cursor.acked >= last) continue;
      const lost = letters.filter((letter) => needs(cursor, letter)).length;
      cursor.acked = last;
      cursor.waiting -= lost;
      lose(cursor, 'dropped', lost);
      this.#unwritten.add(cursor.name);
    }
  }

  /**
   * Endpoints that lag at least half as far as the one that lags most, and let their backlog be thinned: one that is
   * only a little behind loses nothing because of another.
   *
   * @param end the newest letter that may be thinned.
   * @returns undefined where none has anything up to there that was not thinned.
   */
  lagging(end: number): Lagging | undefined {
    const waiting = [...this.#cursors.values()].filter((cursor) => cursor.waiting > 0);
    const farthest = Math.min(...waiting.map(({ acked }) => acked));
    const lagging = waiting.filter(({ acked, thin_ms }) => thin_ms > 0 && end - acked >= (end - farthest) / 2);
    const after = Math.min(...lagging.map(({ acked, thinned_to }) => Math.max(acked, thinned_to)));
    if (after >= end) return undefined;
    return {
      names: new Set(lagging.map(({ name }) => name)),
      after,
      intervalMs: Math.min(...lagging.map(({ thin_ms }) => thin_ms)),
      isSpare: (row) => !waiting.some((cursor) => needs(cursor, row)),
      mayGo: (row) => waiting.every((cursor) => lagging.includes(cursor) || !needs(cursor, row)),
    };
  }

  /** Takes letters out of the backlog, which is thinned up to a number from then on. */
  thin(letters: readonly RowOf[], upTo: number, { names }: Lagging): void {
    for (const cursor of this.#cursors.values()) {
      const lost = letters.filter((letter) => needs(cursor, letter)).map(({ seq }) => seq);
      cursor.waiting -= lost.length;
      lose(cursor, 'thinned', lost.length);
      cursor.thinned_in_hand = [...cursor.thinned_in_hand, ...lost].slice(0, MOST_IN_HAND);
      if (names.has(cursor.name)) cursor.thinned_to = Math.max(cursor.thinned_to, upTo);
      this.#unwritten.add(cursor.name);
    }
  }

  /** What the journal took from each endpoint since this was last asked. */
  newlyLost(): ReadonlyMap<string, Losses> {
    const changes = new Map<string, Losses>();
    for (const { name, lost } of this.#cursors.values()) {
      const change = changeOf(this.#told.get(name) ?? NO_LOSSES, lost);
      if (change !== undefined) changes.set(name, change);
      this.#told.set(name, lost);
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
    return [...this.#cursors.values()].map(stateOf);
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

  #placing(head: number): Placing {
    return new Placing(this.#db, this.#sourceId, head);
  }
}

/** A letter waits no more; one that the journal took while it was under way did so already. */
function leave(cursor: Cursor, seq: number): void {
  if (cursor.thinned_in_hand.includes(seq)) lose(cursor, 'thinned', -1);
  else if (seq <= cursor.acked) lose(cursor, 'dropped', -1);
  else cursor.waiting -= 1;
  if (cursor.thinned_in_hand.length > 0)
    cursor.thinned_in_hand = cursor.thinned_in_hand.filter((thinned) => thinned > seq);
}

/** Counts what the journal took from an endpoint; negative: what arrived although it had been taken. */
function lose(cursor: Cursor, how: 'dropped' | 'thinned', count: number): void {
  cursor[how] += count;
  cursor.lost = { ...cursor.lost, [how]: cursor.lost[how] + count };
}

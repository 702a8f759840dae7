import { NO_LOSSES, type Losses } from './losses.ts';

/** How far an endpoint is, and what it counted. */
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
  /** Sent again although an earlier request may have brought them. */
  readonly possiblyTwice: number;
  /** The newest letter to which the far side itself said yes. */
  readonly answered: number;
  /**
   * Null: nothing is in doubt. `sending`: letters are being sent. Else the moment (of `time/boot.ts`) up to which one
   * may have been sent whose fate nobody noted.
   */
  readonly doubt: string | null;
}

/** The row of one endpoint, and what only memory knows of it. */
export interface Cursor {
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
  /** What a journal at its size limit keeps of its backlog: one letter in this time; 0 thins nothing. */
  thin_ms: number;
  /** What the journal took from it since it was opened. */
  lost: Losses;
  /** Letters thinned that its outbox may hold in memory, and send after all. */
  thinned_in_hand: readonly number[];
}

/** Taken out of the configuration: from then on nobody counts what waits for it. */
export const TAKEN_OUT = 0;
export const PLACED = 1;
/** What waited for it was counted exactly, and some of it may be lost. */
export const PLACED_BEFORE_DAMAGE = 2;

export const NOTHING_YET = {
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
  thin_ms: 0,
  lost: NO_LOSSES,
  thinned_in_hand: [],
};

/** True where it has yet to be done with this letter. */
export function needs(
  { waiting, acked, source }: Cursor,
  row: { readonly seq: number; readonly source: number },
): boolean {
  return waiting > 0 && row.seq > acked && (source ?? row.source) === row.source;
}

export function stateOf(cursor: Cursor): CursorState {
  const { name, acked, waiting, delivered, thinned, dropped, buried, found, answered, doubt } = cursor;
  const { possibly_lost: possiblyLost, possibly_twice: possiblyTwice } = cursor;
  const counts = { waiting, delivered, thinned, dropped, buried, possiblyLost, found, possiblyTwice };
  return { name, acked, ...counts, answered, doubt };
}

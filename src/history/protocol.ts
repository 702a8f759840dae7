import type { BookEnds, Entries } from './book.ts';
import type { Batch, Trouble } from './store.ts';

/** What the history's thread is started with. */
export interface ThreadSettings {
  /** The state directory. */
  readonly folder: string;
  /** For how long minutes are kept. */
  readonly keepS: number;
  /** For how long denials and visits are. */
  readonly keepBookMs: number;
}

/** A damaged history that was put aside. */
export interface PutAside {
  readonly path: string;
  readonly cause: string;
  readonly minutesSaved: number;
}

type Nothing = Readonly<Record<string, unknown>>;

/** What the history's thread can be asked, and what it answers. */
export interface Requests {
  cursor: { ask: { source: string }; answer: number };
  add: { ask: Batch; answer: undefined };
  note: { ask: { troubles: readonly Trouble[] }; answer: undefined };
  miss: { ask: { endpoint: string; atS: number; letters: number }; answer: undefined };
  rewind: { ask: { source: string; fromS: number; seq: number }; answer: undefined };
  settle: { ask: Nothing; answer: undefined };
  /** Looks for damage, and repairs it. */
  check: { ask: Nothing; answer: undefined };
  /** What went on when the service ended is over. */
  openBook: { ask: Nothing; answer: BookEnds };
  keep: { ask: Entries; answer: undefined };
  close: { ask: Nothing; answer: undefined };
}

export type Op = keyof Requests;

export interface Request {
  readonly id: number;
  readonly op: Op;
  readonly ask: Requests[Op]['ask'];
}

/** What the thread tells unasked. */
export type ThreadEvent =
  | { readonly event: 'putAside'; readonly putAside: PutAside }
  | { readonly event: 'bookPutAside'; readonly path: string; readonly cause: string };

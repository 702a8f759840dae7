import type { Fate } from '../../ingest/ingest.ts';
import type { BookEnds, Entries } from '../../history/book.ts';
import type { JournalState } from '../../journal/view.ts';
import type { ReplayState } from '../../journal/replays.ts';
import type { Page, PageAsk, Row } from '../../journal/telegrams.ts';
import type { OutboxMeasures } from '../../outbox/measures.ts';
import type { Posted } from '../../reading/posted.ts';
import type { OutboxRow } from '../../service/desk.ts';
import type { Health } from '../../service/health.ts';
import type { ReplayRow, ReplayWish } from '../../service/replay-desk.ts';
import type { Found } from '../../stream/awaited.ts';
import type { StreamStatus } from '../../stream/stream.ts';
import type { Denied } from '../../telemetry/denied.ts';
import type { Durations } from '../../time/durations.ts';

type Nothing = Readonly<Record<string, never>>;

/** The newest telegram of a source. */
export interface Newest {
  readonly source: string;
  /** How many the source has had since the start: another number is another telegram. */
  readonly count: number;
  readonly receivedAt: Date;
  readonly raw: Uint8Array;
}

/** What was measured since the start. */
export interface Measures {
  /** How long telegrams took from their last byte to their commit. */
  readonly took: Durations;
  readonly outboxes: readonly OutboxMeasures[];
  /** Undefined where none is served over TCP. */
  readonly stream: StreamStatus | undefined;
}

/** What only the main thread knows: what it can be asked, and what it answers. */
export interface Questions {
  health: { ask: Nothing; answer: Health };
  outboxes: { ask: Nothing; answer: readonly OutboxRow[] };
  journal: { ask: Nothing; answer: JournalState };
  page: { ask: PageAsk; answer: Page };
  /** Of the sources that have had another telegram than the `known` ones. */
  newest: { ask: { readonly known: Readonly<Record<string, number>> }; answer: readonly Newest[] };
  /** Telegrams as they go to readers: the newest, while it is young, and those behind a number, at once or when there is one. */
  newestPrinted: { ask: { readonly source: string }; answer: Found };
  printed: { ask: { readonly after: number }; answer: Found };
  /** Letters of a source behind a number, or just before one, oldest first. */
  letters: {
    ask: { readonly source: string; readonly after: number; readonly limit: number };
    answer: readonly Row[];
  };
  lettersBefore: {
    ask: { readonly source: string; readonly before: number; readonly limit: number };
    answer: readonly Row[];
  };
  /** How many there are behind a number, up to and with another, as far as it was counted. */
  countLetters: {
    ask: { readonly source: string; readonly after: number; readonly upTo: number };
    answer: { readonly upTo: number; readonly count: number };
  };
  /** What is posted is on the card before it is answered; `sender` is the id of its key. */
  postTelegram: { ask: { readonly bytes: Uint8Array; readonly sender: string }; answer: Fate };
  postReading: { ask: { readonly posted: Posted; readonly sender: string }; answer: Fate };
  /** A kept period is sent once more, or what that would be. */
  startReplay: { ask: ReplayWish; answer: ReplayRow };
  endReplay: { ask: { readonly endpoint: string }; answer: ReplayState | null };
  measures: { ask: Nothing; answer: Measures };
  denied: { ask: { readonly after: number }; answer: readonly Denied[] };
  /** Where ids go on, and how far `denied` is kept already; null where nothing is. */
  openBook: { ask: Nothing; answer: (BookEnds & { readonly asked: number }) | null };
  keep: { ask: Entries & { readonly asked: number }; answer: undefined };
  /** The history's file looks damaged from here. */
  checkHistory: { ask: Nothing; answer: undefined };
}

export type Op = keyof Questions;

/** These go through the journal's thread, which accepts telegrams: one at a time. */
export const OF_JOURNAL: readonly Op[] = [
  'outboxes',
  'journal',
  'page',
  'letters',
  'lettersBefore',
  'countLetters',
  'startReplay',
  'endReplay',
];

/** These are answered once they are on the card. */
export const POSTS: readonly Op[] = ['postTelegram', 'postReading'];

/** What the web's thread says to the main one. */
export type FromWeb =
  | { readonly id: number; readonly op: Op; readonly ask: Questions[Op]['ask'] }
  | { readonly event: 'listening'; readonly url: string }
  | { readonly event: 'unavailable'; readonly reason: string }
  | { readonly event: 'renewed' }
  | { readonly event: 'notRenewed'; readonly reason: string }
  | { readonly event: 'identify'; readonly address: string }
  | { readonly event: 'fault'; readonly text: string };

/** And the other way. */
export type ToWeb =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: string }
  | { readonly event: 'stop' };

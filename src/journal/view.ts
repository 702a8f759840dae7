import type { Database } from '../storage/sqlite.ts';
import type { Durations } from '../time/durations.ts';
import type { CursorState } from './cursor.ts';
import type { Cursors } from './cursors.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Disk } from './disk.ts';
import { fileBytes, usedBytes } from './retention.ts';
import type { Replays, ReplayState } from './replays.ts';
import type { Sources } from './sources.ts';
import { Surveyor, type Survey, type SurveyAsk } from './survey.ts';
import type { Page, PageAsk, Telegrams, TelegramsParts } from './telegrams.ts';

/** How a journal stands. */
export interface JournalState {
  /** The newest sequence number, 0 where there is none. */
  readonly head: number;
  /** Bytes in use. */
  readonly bytes: number;
  /** Bytes of the file: it does not shrink at once when telegrams go. */
  readonly fileBytes: number;
  /** Bytes that its disk has left. */
  readonly freeBytes: number;
  /** Every source that it ever had a telegram of. */
  readonly sources: readonly string[];
  readonly endpoints: readonly EndpointState[];
  /** How long the commits took that waited for the card; undefined where nobody writes. */
  readonly synced: Durations | undefined;
}

export interface EndpointState extends CursorState {
  /** Whose telegrams it gets; undefined: all. */
  readonly source: string | undefined;
  /** When the oldest letter that waits was received, milliseconds since 1970. */
  readonly oldestAt: number | undefined;
  /** A kept period that is being sent once more. */
  readonly replay: ReplayState | undefined;
  /** Letters refused for good that are kept. */
  readonly dead: number;
  /** Letters set aside until those behind them tell whose fault it is. */
  readonly aside: number;
}

export interface ViewParts extends TelegramsParts {
  readonly db: Database;
  readonly sequence: { readonly last: number };
  readonly sources: Sources;
  readonly telegrams: Telegrams;
  readonly cursors: Cursors;
  readonly replays: Replays;
  readonly dead: DeadLetters;
  readonly disk: Disk;
  /** Of whoever writes it. */
  readonly commits?: { readonly synced: Durations } | undefined;
}

/** A journal to look at: that of the thread that keeps it, or one that no service has open. */
export class JournalView {
  readonly dead: DeadLetters;
  readonly #parts: ViewParts;
  readonly #surveyor: Surveyor;

  constructor(parts: ViewParts) {
    this.dead = parts.dead;
    this.#parts = parts;
    this.#surveyor = new Surveyor(parts);
  }

  state(): JournalState {
    const { db, sequence, sources, disk, cursors } = this.#parts;
    return {
      head: sequence.last,
      bytes: usedBytes(db),
      fileBytes: fileBytes(db),
      freeBytes: disk.freeBytes,
      sources: sources.names,
      endpoints: cursors.state().map((cursor) => this.#endpoint(cursor)),
      synced: this.#parts.commits?.synced,
    };
  }

  survey(ask: SurveyAsk): Survey {
    return this.#surveyor.survey(ask);
  }

  page(ask: PageAsk): Page {
    return this.#parts.telegrams.page(ask);
  }

  #endpoint(cursor: CursorState): EndpointState {
    const { sources, telegrams, cursors, replays, dead } = this.#parts;
    const { name, acked, waiting } = cursor;
    const source = cursors.placeOf(name)?.source ?? null;
    return {
      ...cursor,
      source: source === null ? undefined : sources.name(source),
      oldestAt: waiting > 0 ? telegrams.oldestBehind(acked, source)?.at : undefined,
      replay: replays.of(name),
      dead: dead.count(name),
      aside: dead.countAside(name),
    };
  }
}

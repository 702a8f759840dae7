import type { History } from './history/history.ts';
import type { Ingest } from './ingest/ingest.ts';
import type { Journal } from './journal/journal.ts';
import type { Outboxes } from './outboxes.ts';
import { BadRequest, type Routes } from './service/control.ts';
import type { Health } from './service/health.ts';
import { historyDesk } from './service/history-desk.ts';
import { liveJournalDesk } from './service/journal-desk.ts';
import { liveDesk } from './service/live-desk.ts';
import { liveReplayDesk, type ReplayDesk } from './service/replay-desk.ts';
import { routes } from './service/routes.ts';
import { Awaited } from './stream/awaited.ts';
import type { Stream } from './stream/stream.ts';
import type { Events } from './telemetry/events.ts';
import { createOffice, type Office } from './web/office/office.ts';

export interface DeskParts {
  readonly events: Events;
  readonly journal: Journal;
  readonly outboxes: Outboxes;
  /** Undefined where none is kept. */
  readonly history: History | undefined;
  /** Undefined where nothing may be posted. */
  readonly ingest: Ingest | undefined;
  readonly stream: Stream;
  readonly health: () => Health;
}

/** What may be asked of the service while it runs: by commands through its socket, by the web's thread. */
export class Desks {
  readonly #parts: DeskParts;
  #isOpen = false;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** The journal is open: what needs it can be asked for. */
  open(): void {
    this.#isOpen = true;
  }

  routes(): Routes {
    const { events, history, health } = this.#parts;
    return routes({
      desk: () => liveDesk(this.#journal, this.#parts.outboxes),
      journal: () => liveJournalDesk(this.#journal),
      replay: () => this.#replay,
      history: () => historyDesk(history),
      health,
      rejections: () => events.rejections.kept,
    });
  }

  office(): Office {
    const { events, outboxes, stream, health } = this.#parts;
    return createOffice({
      health,
      outboxes: () => liveDesk(this.#journal, outboxes).list(),
      journal: () => this.#journal,
      ingest: () => this.#ingest,
      replay: () => this.#replay,
      newest: () => events.newest,
      counted: (source) => events.tally.source(source).accepted,
      measures: () => ({ took: this.#parts.journal.took, outboxes: outboxes.measures(), stream: stream.status() }),
      printed: new Awaited(stream.feed),
      denied: events.denied,
      history: () => this.#history,
    });
  }

  /** @throws {BadRequest} while the journal is not open: until then the files may be another service's. */
  get #history(): History | undefined {
    this.#checkOpen();
    return this.#parts.history;
  }

  get #replay(): ReplayDesk {
    return liveReplayDesk(this.#journal, this.#parts.outboxes);
  }

  get #ingest(): Ingest {
    const { ingest } = this.#parts;
    if (ingest === undefined) throw new BadRequest('nothing may be posted: no source has the type ingest');
    return ingest;
  }

  /** @throws {BadRequest} while it is not open. */
  get #journal(): Journal {
    this.#checkOpen();
    return this.#parts.journal;
  }

  #checkOpen(): void {
    if (this.#isOpen) return;
    throw new BadRequest(`the journal is not open yet: ${this.#parts.journal.trouble ?? 'it is being opened'}`);
  }
}

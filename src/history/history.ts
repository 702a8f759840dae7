import { setMaxListeners } from 'node:events';
import type { Journal } from '../journal/journal.ts';
import type { Letter } from '../journal/letter.ts';
import type { Losses } from '../journal/losses.ts';
import { atMost } from '../time/at-most.ts';
import type { GapCause } from './answers.ts';
import type { BookEnds, Entries } from './book.ts';
import type { PutAside, ThreadEvent } from './protocol.ts';
import type { SamplerOptions } from './sampler.ts';
import { SourceHistory, type HistoryProgress } from './source-history.ts';
import { HistoryThread } from './thread.ts';
import { Troubles } from './troubles.ts';

/** What the history tells of itself. */
export interface HistoryEvents {
  /** It cannot be written now. What it misses it reads from the journal later. */
  failed(error: Error): void;
  recovered(): void;
  putAside(putAside: PutAside): void;
  /** That of denials and visits was damaged, and is begun anew. */
  bookPutAside(path: string, cause: string): void;
  /** All that the journal keeps was read once more. It follows where a damaged one was put aside. */
  madeAnew(): void;
}

export interface HistoryOptions {
  /** The state directory. */
  readonly folder: string;
  /** For how long minutes are kept. */
  readonly keepS: number;
  /** For how long denials and visits are kept. */
  readonly keepBookMs: number;
  readonly sources: readonly SamplerOptions[];
  readonly journal: Pick<Journal, 'read' | 'current'>;
  readonly events: HistoryEvents;
  readonly script?: URL;
}

const TICK_MS = 1_000;
const CLOSE_MS = 5_000;

/**
 * One more outlet right of the fork: letters become minutes, and minutes a history. It has a cursor in the journal for each source,
 * and whatever it could not take it reads again from there; it makes nobody wait and never throws back.
 */
export class History {
  readonly #options: HistoryOptions;
  readonly #thread: HistoryThread;
  readonly #troubles = new Troubles(() => performance.now());
  readonly #ended = new AbortController();
  readonly #sources: readonly SourceHistory[];
  #running: readonly Promise<void>[] = [];
  #hasFailed = false;

  constructor(options: HistoryOptions) {
    const { folder, keepS, keepBookMs, script = new URL('./worker.js', import.meta.url) } = options;
    this.#options = options;
    this.#thread = new HistoryThread(script, { folder, keepS, keepBookMs }, (event) => this.#hear(event));
    const parts = {
      thread: this.#thread,
      journal: options.journal,
      told: { failed: (error: Error) => this.#failed(error), wrote: () => this.#wrote() },
    };
    this.#sources = options.sources.map((source) => new SourceHistory(source, parts));
  }

  /**
   * The journal is open: what it has of telegrams that are not in the history yet comes first.
   *
   * @param startedAt when the service began, which may end a gap.
   */
  start(startedAt?: Date): void {
    const { signal } = this.#ended;
    // As many as there are sources, which Node would take for a leak.
    setMaxListeners(0, signal);
    if (startedAt !== undefined)
      void this.#ask('note', { troubles: [{ source: '', atS: seconds(startedAt.getTime()), cause: 'agent' }] });
    this.#running = this.#sources.map((source) => source.run(signal));
    const timer = setInterval(() => this.#tick(), TICK_MS).unref();
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  }

  /** Letters are in the journal now. */
  accepted(letters: readonly Letter[]): void {
    for (const letter of letters) this.#troubles.over(letter.telegram.source);
    for (const source of this.#sources) source.accepted(letters);
  }

  /** Something that may be why no telegram comes. */
  trouble(source: string, cause: GapCause): void {
    this.#troubles.saw(source, cause, seconds(Date.now()));
  }

  /** Endpoints will never get so many letters; fewer than none: some arrived after all. */
  letGo(letters: ReadonlyMap<string, Losses>): void {
    const atS = seconds(Date.now());
    for (const [endpoint, { dropped }] of letters)
      if (dropped !== 0) void this.#ask('miss', { endpoint, atS, letters: dropped });
  }

  /** Whether all that was accepted is in it, or cannot be written now. */
  get isCaughtUp(): boolean {
    return this.#hasFailed || (this.#thread.pending === 0 && this.progress().every(({ isCaughtUp }) => isCaughtUp));
  }

  progress(): HistoryProgress[] {
    return this.#sources.map((source) => source.progress);
  }

  /** Makes all anew that the journal still has the telegrams of. Resolves when that is done, or the history is closed. */
  async rebuild(): Promise<void> {
    await Promise.all(this.#sources.map(async (source) => source.rebuild()));
    if (this.#ended.signal.aborted) return;
    await this.#ask('settle', {});
    this.#options.events.madeAnew();
  }

  /** Where the book of denials and visits goes on. @throws {Error} by name. */
  async openBook(): Promise<BookEnds> {
    return this.#thread.ask('openBook', {});
  }

  /** @throws {Error} by name, where it cannot be written now. */
  async keep(entries: Entries): Promise<void> {
    await this.#thread.ask('keep', entries);
  }

  /** Somebody who reads the file met damage in it. */
  check(): void {
    void this.#ask('check', {});
  }

  async close(): Promise<void> {
    const finished = this.#sources.map((source) => source.finish());
    this.#ended.abort();
    await atMost(CLOSE_MS, Promise.all([...finished, ...this.#running]));
    // One that never began must not open the files: they may be another service's.
    if (this.#thread.isStarted) await atMost(CLOSE_MS, this.#ask('close', {}));
    await this.#thread.end();
  }

  #hear(event: ThreadEvent): void {
    const { events } = this.#options;
    if (event.event === 'bookPutAside') {
      events.bookPutAside(event.path, event.cause);
      return;
    }
    events.putAside(event.putAside);
    void this.rebuild();
  }

  #tick(): void {
    const troubles = this.#troubles.due();
    if (troubles.length > 0) void this.#ask('note', { troubles });
    for (const source of this.#sources) source.tick(performance.now());
  }

  #ask: HistoryThread['ask'] = async (op, ask) => {
    try {
      return await this.#thread.ask(op, ask);
    } catch (error) {
      this.#failed(error as Error);
      return undefined;
    }
  };

  /** Said once, until it works again. */
  #failed(error: Error): void {
    if (this.#hasFailed || this.#ended.signal.aborted) return;
    this.#hasFailed = true;
    this.#options.events.failed(error);
  }

  #wrote(): void {
    if (!this.#hasFailed) return;
    this.#hasFailed = false;
    this.#options.events.recovered();
  }
}

function seconds(ms: number): number {
  return Math.floor(ms / 1_000);
}

import type { Journal } from '../journal/journal.ts';
import { isWhole, type DamagedLetter, type Letter } from '../journal/letter.ts';
import { sleep } from '../time/sleep.ts';
import { Feed } from './feed.ts';
import { endOf } from './minute.ts';
import type { SamplerOptions } from './sampler.ts';
import type { HistoryThread } from './thread.ts';
import type { PlacedMinute } from './writing.ts';

export interface SourceParts {
  readonly thread: HistoryThread;
  readonly journal: Pick<Journal, 'read' | 'current'>;
  readonly told: { failed(error: Error): void; wrote(): void };
}

/** How a history is getting on. */
export interface HistoryProgress {
  readonly source: string;
  /** Up to this letter of the journal all is in it, but for the minute under way. */
  readonly seq: number;
  readonly isCaughtUp: boolean;
}

/** So many letters are read from the journal at a time. */
const SLICE = 200;
/** Between two slices it waits as long as the last one took, and no less than this: half of the machine is for others. */
const LEAST_PAUSE_MS = 5;
const RETRY_MS = 5_000;
/** A thread that has so many minutes before it is not given more: they are read from the journal when it is done. */
const MOST_PENDING = 50;

/** The way of one source into the history: first what the journal has, then what is accepted. */
export class SourceHistory {
  readonly #options: SamplerOptions;
  readonly #parts: SourceParts;
  #feed: Feed | undefined;
  /** The newest letter that was accepted while the journal was read. */
  #newest = 0;
  #isLive = false;
  #hasFailed = false;
  /** The thread did not keep up. */
  #isOverrun = false;
  /** Ends the wait of a history that has nothing to read. */
  #wake: () => void = () => undefined;
  #rebuilt: (() => void)[] = [];
  #isToRewind = false;

  constructor(options: SamplerOptions, parts: SourceParts) {
    this.#options = options;
    this.#parts = parts;
  }

  get progress(): HistoryProgress {
    return { source: this.#options.source, seq: this.#feed?.done ?? 0, isCaughtUp: this.#isLive };
  }

  /** Reads the journal up to its end, again whenever a minute could not be written. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#catchUp(signal);
        await this.#untilFailed(signal);
      } catch (error) {
        this.#parts.told.failed(error as Error);
      }
      this.#isLive = false;
      if (!this.#isToRewind && !this.#isOverrun) await sleep(RETRY_MS, signal);
    }
    for (const resolve of this.#rebuilt.splice(0)) resolve();
  }

  accepted(letters: readonly Letter[]): void {
    for (const letter of letters) {
      if (letter.telegram.source !== this.#options.source) continue;
      if (this.#isLive && this.#feed !== undefined) this.#take(letter, this.#feed);
      else this.#newest = letter.seq;
    }
  }

  /** @param nowMs of a clock that is never set. */
  tick(nowMs: number): void {
    if (this.#isLive && this.#feed !== undefined) this.#post(this.#feed, this.#feed.overdue(nowMs));
  }

  /** Writes the minute under way as far as it was seen: the next start reads all of it from the journal. */
  async finish(): Promise<void> {
    const minutes = this.#isLive ? (this.#feed?.overdue(Infinity) ?? []) : [];
    if (this.#feed !== undefined && minutes.length > 0) await this.#write(this.#feed, minutes).catch(() => undefined);
  }

  /** Resolves once it was made anew. */
  async rebuild(): Promise<void> {
    return new Promise((resolve) => {
      this.#rebuilt.push(resolve);
      this.#isToRewind = true;
      this.#wake();
    });
  }

  #take(letter: Letter, feed: Feed): void {
    if (letter.seq <= feed.seen) return;
    this.#post(feed, feed.add(letter, performance.now()));
    if (this.#parts.thread.pending <= MOST_PENDING) return;
    this.#isOverrun = true;
    this.#fail();
  }

  /** What cannot be written now is read from the journal again. */
  #post(feed: Feed, minutes: readonly PlacedMinute[]): void {
    if (minutes.length === 0) return;
    this.#write(feed, minutes).catch((error: unknown) => {
      this.#parts.told.failed(error as Error);
      this.#fail();
    });
  }

  async #write(feed: Feed, minutes: readonly PlacedMinute[]): Promise<void> {
    await this.#parts.thread.ask('add', { source: this.#options.source, seq: feed.done, minutes });
    this.#parts.told.wrote();
  }

  #fail(): void {
    this.#isLive = false;
    this.#hasFailed = true;
    this.#wake();
  }

  async #catchUp(signal: AbortSignal): Promise<void> {
    const { thread } = this.#parts;
    const { source } = this.#options;
    this.#hasFailed = false;
    this.#isOverrun = false;
    if (this.#isToRewind) await this.#rewind();
    const feed = new Feed(this.#options, await thread.ask('cursor', { source }));
    this.#feed = feed;
    while (!signal.aborted && !this.#isToRewind) {
      const begunMs = performance.now();
      const letters = await this.#read(feed.seen, SLICE);
      const isAtEnd = letters.length === 0 && this.#newest <= feed.seen;
      const underWay = isAtEnd && this.#rebuilt.length > 0 ? feed.overdue(Infinity) : [];
      if (underWay.length > 0) await this.#write(feed, underWay);
      else if (isAtEnd) break;
      await this.#takeSlice(letters, feed);
      await sleep(Math.max(LEAST_PAUSE_MS, performance.now() - begunMs), signal);
    }
    if (this.#isToRewind) return;
    this.#isLive = !signal.aborted;
    for (const resolve of this.#rebuilt.splice(0)) resolve();
  }

  async #takeSlice(letters: readonly (Letter | DamagedLetter)[], feed: Feed): Promise<void> {
    const { journal } = this.#parts;
    const minutes = letters.filter(isWhole).flatMap((letter) => feed.add(journal.current(letter), performance.now()));
    feed.seen = Math.max(feed.seen, letters.at(-1)?.seq ?? this.#newest);
    if (minutes.length > 0) await this.#write(feed, minutes);
  }

  /** Back to the first telegram that the journal has: its minute may have begun before. */
  async #rewind(): Promise<void> {
    const { source } = this.#options;
    this.#isToRewind = false;
    const first = (await this.#read(0, SLICE)).find(isWhole);
    if (first === undefined) return;
    const feed = new Feed(this.#options, 0);
    feed.add(first, performance.now());
    const fromS = feed.openEndS ?? endOf(feed.receivedS ?? 0);
    await this.#parts.thread.ask('rewind', { source, fromS, seq: first.seq - 1 });
  }

  async #read(after: number, limit: number): Promise<readonly (Letter | DamagedLetter)[]> {
    return this.#parts.journal.read(after, limit, this.#options.source);
  }

  async #untilFailed(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#hasFailed || this.#isToRewind) return;
    await new Promise<void>((resolve) => {
      this.#wake = () => {
        signal.removeEventListener('abort', this.#wake);
        resolve();
      };
      signal.addEventListener('abort', this.#wake, { once: true });
    });
  }
}

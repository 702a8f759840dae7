import type { KeptDeadLetter } from '../journal/dead-letters.ts';
import type { DamagedLetter, Journal } from '../journal/journal.ts';
import type { Letter } from '../journal/letter.ts';
import type { EndpointState } from '../journal/protocol.ts';
import type { BackoffOptions } from './backoff.ts';
import { Delivery } from './delivery.ts';
import type { Endpoint } from './endpoint.ts';
import { pauseAfter, type Rate } from './pace.ts';
import { Progress } from './progress.ts';
import { Schedule } from './schedule.ts';
import { sleep } from './sleep.ts';
import { Standing, type Before } from './standing.ts';
import type { OutboxStatus } from './status.ts';
import type { Thinning } from './thinning.ts';

export interface OutboxEvents {
  /** The state is another one now; `before` tells what it was, and since when. */
  changed(status: OutboxStatus, before: Before): void;
  /** A letter will never be taken; it is kept as a dead letter. */
  refused(name: string, reason: string): void;
  /** The journal did not answer; the outbox goes on when it does. */
  journalFailed(name: string, error: Error): void;
  /** The scheduler had stopped by itself and was started again. */
  stalled(name: string): void;
}

export interface OutboxOptions {
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly journal: Pick<Journal, 'read' | 'pass' | 'bury' | 'deadToRetry' | 'dropDead' | 'deadRefusedAgain'>;
  /** The cursor and the counts with which it begins. */
  readonly begin: EndpointState;
  /** Letters of this source only; undefined = of all. */
  readonly source: string | undefined;
  readonly rate: Rate;
  readonly thinning: Thinning;
  readonly events: OutboxEvents;
  readonly backoff?: BackoffOptions;
  readonly probeMs?: number;
}

/** A dead letter that somebody wants sent again. */
interface Second {
  readonly dead: KeptDeadLetter;
}

type Item = Letter | DamagedLetter | Second;

/** Letters of one read: enough to keep a fast server busy, little to hold in memory. */
const READ_AT_ONCE = 50;
const WATCHDOG_MS = 30_000;
const JOURNAL_RETRY_MS = 1_000;

/**
 * One endpoint's way through the journal: oldest first, one letter in flight, until each was taken or refused. Only an
 * answer moves the cursor; stopping leaves everything where it is.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #stop = new AbortController();
  readonly #standing: Standing;
  readonly #delivery: Delivery;
  readonly #schedule: Schedule<Item>;
  readonly #progress = new Progress();
  readonly #watchdog: NodeJS.Timeout;
  readonly #counts: { waiting: number; delivered: number; thinned: number; refused: number; dropped: number };
  /** The newest letter that is done with. */
  #position: number;
  #running = false;
  #watchedPosition = -1;
  #retryDead: boolean;

  constructor(options: OutboxOptions) {
    const { acked, waiting, delivered, thinned, dropped, buried, dead } = options.begin;
    this.#options = options;
    this.#position = acked;
    this.#counts = { waiting, delivered, thinned, dropped, refused: buried };
    this.#retryDead = dead > 0;
    this.#standing = new Standing((before) => options.events.changed(this.status(), before));
    this.#delivery = new Delivery({ ...options, standing: this.#standing, signal: this.#stop.signal });
    this.#schedule = new Schedule<Item>({
      take: () => this.#take(),
      process: (items) => this.#process(items),
      waiting: waiting + (dead > 0 ? 1 : 0),
    });
    this.#watchdog = setInterval(() => this.#watch(), WATCHDOG_MS).unref();
  }

  get name(): string {
    return this.#options.name;
  }

  /** A letter was accepted; it is in the journal. */
  accepted({ telegram }: Letter): void {
    if (this.#options.source !== undefined && this.#options.source !== telegram.source) return;
    this.#counts.waiting += 1;
    this.#progress.came();
    this.#schedule.push();
  }

  /** The journal had no room for so many of the letters that waited. */
  dropped(count: number): void {
    this.#counts.waiting -= count;
    this.#counts.dropped += count;
  }

  /** Dead letters were marked to be sent again: they go next. */
  retryDead(): void {
    this.#retryDead = true;
    this.#schedule.wake();
  }

  status(): OutboxStatus {
    const { state, since, reason, remedy } = this.#standing;
    const { retries, possiblyTwice, lastTakenAt } = this.#delivery;
    const drainedInMs = this.#progress.drainedInMs(this.#counts.waiting);
    return {
      name: this.name,
      state,
      since,
      reason,
      remedy,
      ...this.#counts,
      retries,
      possiblyTwice,
      lastTakenAt,
      drainedInMs,
    };
  }

  /** Ends at once, also in the middle of a request: that letter goes again after the next start. */
  async stop(): Promise<void> {
    clearInterval(this.#watchdog);
    this.#stop.abort();
    this.#schedule.stop();
    await this.#options.endpoint.close?.();
  }

  async #take(): Promise<readonly Item[]> {
    while (!this.#stop.signal.aborted) {
      try {
        const items = await this.#next();
        if (items.length === 0) this.#standing.become('idle');
        return items;
      } catch (error) {
        await this.#journalFailed(error);
      }
    }
    return [];
  }

  async #next(): Promise<readonly Item[]> {
    const { journal, name, source } = this.#options;
    const again = this.#retryDead ? await journal.deadToRetry(name, READ_AT_ONCE) : [];
    if (again.length > 0) return again.map((dead) => ({ dead }));
    this.#retryDead = false;
    return journal.read(this.#position, READ_AT_ONCE, source);
  }

  /** Never rejects: better-queue would take that for a failed task and delete it. */
  async #process(items: readonly Item[]): Promise<void> {
    this.#running = true;
    for (const item of items) {
      while (!(await this.#finish(item)));
      // What was not finished when the stop came stays where it is.
      if (this.#stop.signal.aborted) return new Promise(() => undefined);
    }
    this.#running = false;
  }

  /** @returns false where the journal failed, and the item has to go again. */
  async #finish(item: Item): Promise<boolean> {
    try {
      if ('dead' in item) await this.#sendAgain(item.dead);
      else if ('damaged' in item) await this.#bury(item, 'its row in the journal is damaged');
      else if (!this.#options.thinning.wants(item.telegram)) this.#pass(item.seq, 'thinned');
      else await this.#send(item);
      return true;
    } catch (error) {
      if (this.#stop.signal.aborted) return true;
      await this.#journalFailed(error);
      return false;
    }
  }

  async #send(letter: Letter): Promise<void> {
    const refused = await this.#delivery.deliver(letter);
    if (refused !== undefined) return this.#bury(letter, refused.message);
    this.#pass(letter.seq, 'delivered');
    const ageMs = Date.now() - letter.telegram.receivedAt.getTime();
    await sleep(pauseAfter(this.#options.rate, ageMs, this.#delivery.answerMs), this.#stop.signal);
  }

  async #sendAgain(dead: KeptDeadLetter): Promise<void> {
    const { journal } = this.#options;
    if (dead.raw === undefined) return journal.deadRefusedAgain(dead.id, dead.reason);
    const { seq, source, checksum, raw, at } = dead;
    const letter = { seq, telegram: { source, checksum, receivedAt: new Date(at), raw: Buffer.from(raw) } };
    const refused = await this.#delivery.deliver(letter);
    if (refused !== undefined) return journal.deadRefusedAgain(dead.id, refused.message);
    await journal.dropDead(this.name, [dead.id]);
    this.#counts.delivered += 1;
  }

  async #bury(letter: Letter | DamagedLetter, reason: string): Promise<void> {
    await this.#options.journal.bury(this.name, letter, reason);
    this.#options.events.refused(this.name, reason);
    this.#position = letter.seq;
    this.#counts.waiting -= 1;
    this.#counts.refused += 1;
  }

  #pass(seq: number, how: 'delivered' | 'thinned'): void {
    this.#options.journal.pass({ endpoint: this.name, seq, how });
    this.#position = seq;
    this.#counts.waiting -= 1;
    this.#counts[how] += 1;
    this.#progress.went();
    if (this.#counts.waiting === 0) this.#standing.become('idle');
  }

  async #journalFailed(error: unknown): Promise<void> {
    this.#options.events.journalFailed(this.name, error instanceof Error ? error : new Error(String(error)));
    await sleep(JOURNAL_RETRY_MS, this.#stop.signal);
  }

  /** better-queue stalls without a word where its books and ours differ; this must never be needed. */
  #watch(): void {
    const stuck = !this.#running && this.#counts.waiting > 0 && this.#watchedPosition === this.#position;
    this.#watchedPosition = this.#position;
    if (!stuck) return;
    this.#options.events.stalled(this.name);
    this.#schedule.wake();
  }
}

import type { KeptDeadLetter } from '../journal/dead-letters.ts';
import type { DamagedLetter, Journal } from '../journal/journal.ts';
import type { Letter } from '../journal/letter.ts';
import type { EndpointState } from '../journal/protocol.ts';
import type { BackoffOptions } from './backoff.ts';
import { Delivery } from './delivery.ts';
import type { Endpoint } from './endpoint.ts';
import { pauseAfter, type Rate } from './pace.ts';
import { Progress } from './progress.ts';
import { READ_AT_ONCE, ReadAhead } from './read-ahead.ts';
import { Schedule } from './schedule.ts';
import { sleep } from '../time/sleep.ts';
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

/** What an outbox asks of the journal. */
export type OutboxJournal = Pick<
  Journal,
  'read' | 'before' | 'pass' | 'doubt' | 'bury' | 'aside' | 'condemn' | 'deadToRetry' | 'deadTaken' | 'deadRefusedAgain'
>;

export interface OutboxOptions {
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly journal: OutboxJournal;
  /** The cursor and the counts with which it begins. */
  readonly begin: EndpointState;
  /** Letters of this source only; undefined = of all. */
  readonly source: string | undefined;
  readonly rate: Rate;
  readonly thinning: Thinning;
  readonly events: OutboxEvents;
  readonly backoff?: BackoffOptions;
  readonly probeMs?: number;
  /** How long a stop waits for the answer to a request that is under way. */
  readonly lastAnswerMs?: number;
}

/** A dead letter that somebody wants sent again. */
interface Second {
  readonly dead: KeptDeadLetter;
}

type Item = Letter | DamagedLetter | Second;

const WATCHDOG_MS = 30_000;
const JOURNAL_RETRY_MS = 1_000;
/** Service managers wait longer than this for a stop. */
const LAST_ANSWER_MS = 3_000;

/**
 * One endpoint's way through the journal: oldest first, one letter in flight, until each was taken or refused. Only an
 * answer moves the cursor; stopping leaves everything where it is.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #stop = new AbortController();
  readonly #cut = new AbortController();
  /** The item in hand, until what became of it is noted. */
  #handling: Promise<unknown> = Promise.resolve();
  readonly #standing: Standing;
  readonly #delivery: Delivery;
  readonly #schedule: Schedule<Item>;
  readonly #progress = new Progress();
  readonly #backlog: ReadAhead;
  readonly #watchdog: NodeJS.Timeout;
  readonly #counts: { waiting: number; delivered: number; thinned: number; refused: number; dropped: number };
  /** The newest letter that is done with. */
  #position: number;
  #busy = false;
  #watchedPosition = -1;
  /** How often somebody asked for dead letters to go again, and up to which of these all went. */
  #retriesAsked: number;
  #retriesDone = 0;

  constructor(options: OutboxOptions) {
    const { acked, waiting, delivered, thinned, dropped, buried, dead } = options.begin;
    this.#options = options;
    this.#position = acked;
    this.#counts = { waiting, delivered, thinned, dropped, refused: buried };
    this.#retriesAsked = dead > 0 ? 1 : 0;
    this.#standing = new Standing((before) => options.events.changed(this.status(), before));
    this.#delivery = new Delivery({
      ...options,
      standing: this.#standing,
      signal: this.#stop.signal,
      cut: this.#cut.signal,
    });
    this.#backlog = new ReadAhead((after, limit) => options.journal.read(after, limit, options.source));
    this.#schedule = new Schedule<Item>({
      take: () => this.#take(),
      process: (items) => this.#process(items),
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

  /** The journal lost so many of the letters that waited; negative: so many arrived after all. */
  dropped(count: number): void {
    this.#counts.waiting -= count;
    this.#counts.dropped += count;
  }

  /** Dead letters were marked to be sent again: they go next. */
  retryDead(): void {
    this.#retriesAsked += 1;
    this.#schedule.wake();
  }

  status(): OutboxStatus {
    const { counts = {} } = this.#options.endpoint;
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
      counts,
    };
  }

  /** Ends soon: a request that is under way may get its answer, or its letter would go again after the next start. */
  async stop(): Promise<void> {
    clearInterval(this.#watchdog);
    this.#stop.abort();
    const late = new AbortController();
    await Promise.race([this.#handling, sleep(this.#options.lastAnswerMs ?? LAST_ANSWER_MS, late.signal)]);
    late.abort();
    this.#cut.abort();
    this.#schedule.stop();
    await this.#options.endpoint.close?.();
  }

  /** Never rejects, and finds nothing once stopped. */
  async #take(): Promise<readonly Item[]> {
    this.#busy = true;
    const items = (await this.#insist(() => this.#next())) ?? [];
    this.#busy = items.length > 0;
    return this.#stop.signal.aborted ? [] : items;
  }

  async #next(): Promise<readonly Item[]> {
    const again = await this.#deadToRetry();
    if (again.length > 0) return again;
    const letters = await this.#backlog.next(this.#position);
    if (letters.length > 0) return letters;
    this.#standing.become('idle');
    return this.#deadToRetry();
  }

  async #deadToRetry(): Promise<readonly Second[]> {
    const asked = this.#retriesAsked;
    if (asked === this.#retriesDone) return [];
    const again = await this.#options.journal.deadToRetry(this.name, READ_AT_ONCE);
    if (again.length === 0) this.#retriesDone = asked;
    return again.map((dead) => ({ dead }));
  }

  /** Never rejects. What was not finished when the stop came stays where it is. */
  async #process(items: readonly Item[]): Promise<void> {
    for (const item of items) {
      this.#handling = this.#insist(() => this.#handle(item));
      await this.#handling;
      if (this.#stop.signal.aborted) return new Promise(() => undefined);
    }
    this.#busy = false;
  }

  async #handle(item: Item): Promise<void> {
    if ('dead' in item) await this.#sendAgain(item.dead);
    else if ('damaged' in item) await this.#bury(item, 'its row in the journal is damaged');
    else if (this.#options.thinning.wants(item.telegram)) await this.#send(item);
    else this.#pass(item.seq, 'thinned');
  }

  async #send(letter: Letter): Promise<void> {
    const refused = await this.#delivery.deliver(letter);
    if (refused === undefined) this.#pass(letter.seq, 'delivered');
    else await this.#bury(letter, refused.message);
    await this.#pace(letter);
  }

  async #sendAgain(dead: KeptDeadLetter): Promise<void> {
    const { id, seq, source, checksum, raw, at, reason } = dead;
    const { journal } = this.#options;
    if (raw === undefined) return this.#insist(() => journal.deadRefusedAgain(id, reason));
    const letter = { seq, telegram: { source, checksum, receivedAt: new Date(at), raw: Buffer.from(raw) } };
    const refused = await this.#delivery.deliver(letter);
    if (refused === undefined) await this.#takenAfterAll(id);
    else await this.#insist(() => journal.deadRefusedAgain(id, refused.message));
    await this.#pace(letter);
  }

  async #takenAfterAll(id: number): Promise<void> {
    await this.#insist(() => this.#options.journal.deadTaken(this.name, id));
    this.#counts.delivered += 1;
    this.#counts.refused -= 1;
  }

  async #bury(letter: Letter | DamagedLetter, reason: string): Promise<void> {
    await this.#insist(() => this.#options.journal.bury(this.name, letter, reason));
    if (this.#stop.signal.aborted) return;
    this.#options.events.refused(this.name, reason);
    this.#done(letter.seq, 'refused');
  }

  #pass(seq: number, how: 'delivered' | 'thinned'): void {
    this.#options.journal.pass({ endpoint: this.name, seq, how });
    this.#done(seq, how);
  }

  #done(seq: number, how: 'delivered' | 'thinned' | 'refused'): void {
    this.#position = seq;
    this.#counts.waiting -= 1;
    this.#counts[how] += 1;
    this.#progress.went();
    if (this.#counts.waiting === 0) this.#standing.become('idle');
  }

  async #pace({ telegram }: Letter): Promise<void> {
    const ageMs = Date.now() - telegram.receivedAt.getTime();
    await sleep(pauseAfter(this.#options.rate, ageMs, this.#delivery.answerMs), this.#stop.signal);
  }

  /** Asks the journal until it answers: what an endpoint answered is not asked twice because a disk is full. */
  async #insist<T>(ask: () => Promise<T>): Promise<T | undefined> {
    while (!this.#stop.signal.aborted) {
      try {
        return await ask();
      } catch (error) {
        await this.#journalFailed(error);
      }
    }
    return undefined;
  }

  async #journalFailed(error: unknown): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#options.events.journalFailed(this.name, error instanceof Error ? error : new Error(String(error)));
    await sleep(JOURNAL_RETRY_MS, this.#stop.signal);
  }

  /** better-queue stalls without a word where its books and ours differ; this must never be needed. */
  #watch(): void {
    const stuck = !this.#busy && this.#counts.waiting > 0 && this.#watchedPosition === this.#position;
    this.#watchedPosition = this.#position;
    if (!stuck) return;
    this.#options.events.stalled(this.name);
    this.#schedule.wake();
  }
}

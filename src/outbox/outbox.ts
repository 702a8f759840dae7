import type { Letter } from '../journal/letter.ts';
import type { Losses } from '../journal/losses.ts';
import type { EndpointState } from '../journal/view.ts';
import { atMost } from '../time/at-most.ts';
import { elapsedSince } from '../time/boot.ts';
import { sleep } from '../time/sleep.ts';
import type { BackoffOptions } from './backoff.ts';
import { Books } from './books.ts';
import { Delivery } from './delivery.ts';
import { Doubts } from './doubts.ts';
import type { Endpoint } from './endpoint.ts';
import type { Lane, LaneParts, Work } from './lane.ts';
import { Again } from './lanes/again.ts';
import { Aside } from './lanes/aside.ts';
import { Backlog } from './lanes/backlog.ts';
import { Batches } from './lanes/batches.ts';
import { Replay } from './lanes/replay.ts';
import type { DeadBy, OutboxMeasures } from './measures.ts';
import type { OutboxEvents } from './outbox-events.ts';
import type { OutboxJournal } from './outbox-journal.ts';
import { pauseAfter, type Rate } from './pace.ts';
import { Patience } from './patience.ts';
import { Schedule } from './schedule.ts';
import { Standing } from './standing.ts';
import type { OutboxStatus } from './status.ts';
import type { Thinning } from './thinning.ts';

export interface OutboxOptions {
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly journal: OutboxJournal;
  /** The cursor and the counts with which it begins. */
  readonly begin: EndpointState;
  /** Letters of this source only; undefined = of all. */
  readonly source: string | undefined;
  /** The newest letter that the journal held at the start: an earlier process can have sent no newer one. */
  readonly head: number;
  readonly rate: Rate;
  /** One telegram in this time; 0 is every one. */
  readonly intervalMs: number;
  readonly thinningOf: (intervalMs: number) => Thinning;
  /** What becomes of a letter whose request got no answer. */
  readonly onAmbiguous: 'verify' | 'resend' | 'drop';
  /** For so long after such a request its letter may still turn up at the far side. */
  readonly verifyWindowMs: number;
  readonly events: OutboxEvents;
  readonly backoff?: BackoffOptions;
  readonly probeMs?: number;
  /** How long a stop waits for the answer to a request that is under way. */
  readonly lastAnswerMs?: number;
}

/** A letter to be handled, and the lane that it came by. */
interface Item {
  readonly lane: Lane;
  readonly work: Work;
}

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
  readonly #books: Books;
  readonly #doubts: Doubts;
  readonly #delivery: Delivery;
  /** In the order in which they have a turn. */
  readonly #lanes: readonly Lane[];
  readonly #again: Again;
  readonly #aside: Aside;
  readonly #replay: Replay;
  readonly #schedule: Schedule<Item>;
  readonly #watchdog: NodeJS.Timeout;
  /** Letters that became dead letters since the start. */
  readonly #dead: Record<DeadBy, number> = { refused: 0, unreadable: 0, damaged: 0 };
  #busy = false;
  /** How many letters were handled, on whatever lane, and how many when the watchdog looked. */
  #handled = 0;
  #watchedHandled = -1;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#books = new Books(options.begin);
    this.#standing = new Standing((before) => options.events.changed(this.status(), before));
    const patience = new Patience(this.#standing, this.#stop.signal);
    this.#doubts = this.#openDoubts(patience);
    this.#delivery = new Delivery({
      ...options,
      standing: this.#standing,
      patience,
      doubts: this.#doubts,
      current: (letter) => options.journal.current(letter),
      noteTwice: () => this.#noteTwice(),
      noteSending: () => this.#insist(() => options.journal.doubt(options.name, 'sending')),
      signal: this.#stop.signal,
      cut: this.#cut.signal,
    });
    const parts = this.#laneParts();
    this.#again = new Again(parts, options.begin.dead > 0);
    this.#aside = new Aside(parts);
    this.#replay = new Replay(parts, {
      thinningOf: options.thinningOf,
      ended: (state) => options.events.replayed(options.name, state),
    });
    this.#lanes = [this.#again, this.#aside, this.#replay, this.#waitingLane(parts)];
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
    this.#books.came();
    this.#schedule.push();
  }

  /** What the journal let go of; negative: so many arrived after all. */
  letGo(losses: Losses): void {
    this.#books.letGo(losses);
  }

  /** Dead letters were marked to be sent again: they go next. */
  retryDead(): void {
    this.#again.ask();
    this.#schedule.wake();
  }

  /** A replay was begun or ended. */
  replayChanged(): void {
    this.#replay.changed();
    this.#schedule.wake();
  }

  status(): OutboxStatus {
    const { counts = {} } = this.#options.endpoint;
    const { state, since, reason, remedy } = this.#standing;
    const { retries, lastTakenAt } = this.#delivery;
    const drainedInMs = this.#lanes.at(-1)?.goneInMs ?? this.#books.drainedInMs;
    const how = { name: this.name, delivery: 'stored', state, since, reason, remedy } as const;
    return { ...how, ...this.#books.counts, retries, lastTakenAt, drainedInMs, counts };
  }

  measures(): OutboxMeasures {
    const { attempts, answers } = this.#delivery;
    return { name: this.name, attempts, dead: this.#dead, answers };
  }

  /** Ends soon: a request that is under way may get its answer, or its letter would go again after the next start. */
  async stop(): Promise<void> {
    clearInterval(this.#watchdog);
    this.#stop.abort();
    await atMost(this.#options.lastAnswerMs ?? LAST_ANSWER_MS, this.#handling);
    this.#cut.abort();
    this.#schedule.stop();
    await this.#noteEnd();
    await this.#options.endpoint.close?.();
  }

  /** Where each answer was noted, the next process has nothing to ask. */
  async #noteEnd(): Promise<void> {
    const isNoted = this.#delivery.hasSent || this.#options.begin.doubt !== null;
    if (this.#doubts.isOpen || !isNoted) return;
    await this.#options.journal.doubt(this.name, null).catch(() => undefined);
  }

  async #noteTwice(): Promise<void> {
    await this.#insist(() => this.#options.journal.mayComeTwice(this.name));
    this.#books.mayComeTwice();
  }

  #openDoubts(patience: Patience): Doubts {
    const { begin, head } = this.#options;
    const isSure = begin.doubt === null || this.#options.endpoint.isIdempotent === true;
    const earlier = isSure ? undefined : { elapsedMs: elapsedSince(begin.doubt), upTo: head };
    return new Doubts({ ...this.#options, patience, signal: this.#stop.signal, earlier, answered: begin.answered });
  }

  #waitingLane(parts: LaneParts): Lane {
    const { batch } = this.#options.endpoint;
    return batch === undefined ? new Backlog(parts, this.#aside) : new Batches(parts, batch);
  }

  #laneParts(): LaneParts {
    return {
      ...this.#options,
      thinning: this.#options.thinningOf(this.#options.intervalMs),
      books: this.#books,
      delivery: this.#delivery,
      insist: (ask) => this.#insist(ask),
      mayComeTwice: () => this.#noteTwice(),
      pace: (rate, letter, count = 1) => this.#pace(rate, letter, count),
      rest: (ms) => sleep(ms, this.#stop.signal),
      refused: (reason, by) => {
        this.#dead[by] += 1;
        this.#options.events.refused(this.name, reason);
      },
    };
  }

  /** Never rejects, and finds nothing once stopped. */
  async #take(): Promise<readonly Item[]> {
    this.#busy = true;
    const items = (await this.#insist(() => this.#next())) ?? [];
    this.#busy = items.length > 0;
    return this.#stop.signal.aborted ? [] : items;
  }

  async #next(): Promise<readonly Item[]> {
    for (const lane of this.#turns()) {
      const works = await lane.next();
      if (works.length > 0) return this.#begin(works.map((work) => ({ lane, work })));
      this.#doubts.clear(lane.name);
      if (lane === this.#aside && this.#aside.isBlocking) return [];
    }
    this.#standing.become('idle');
    return [];
  }

  /** What the last process had in flight on a replay goes before all: it may lie with the dead letters as well. */
  #turns(): readonly Lane[] {
    return this.#doubts.isOpenOn(this.#replay.name) ? [this.#replay, ...this.#lanes] : this.#lanes;
  }

  #begin(items: readonly Item[]): readonly Item[] {
    if (this.#standing.state === 'idle') this.#standing.become('delivering');
    return items;
  }

  /** Never rejects. What was not finished when the stop came stays where it is. */
  async #process(items: readonly Item[]): Promise<void> {
    for (const { lane, work } of items) {
      this.#handling = this.#insist(work);
      await this.#handling;
      this.#handled += 1;
      if (this.#stop.signal.aborted) return new Promise(() => undefined);
      if (this.#aside.isBlocking && lane !== this.#aside) break;
    }
    if (this.#books.counts.waiting === 0 && !this.#aside.isBlocking) this.#standing.become('idle');
    this.#busy = false;
  }

  async #pace(rate: Rate, { telegram }: Letter, count: number): Promise<void> {
    const ageMs = Date.now() - telegram.receivedAt.getTime();
    await sleep(pauseAfter(rate, ageMs, this.#delivery.answerMs, count), this.#stop.signal);
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
    const stuck = !this.#busy && this.#books.counts.waiting > 0 && this.#watchedHandled === this.#handled;
    this.#watchedHandled = this.#handled;
    if (!stuck) return;
    this.#options.events.stalled(this.name);
    this.#schedule.wake();
  }
}

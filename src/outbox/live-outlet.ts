import type { Letter } from '../journal/letter.ts';
import { atMost } from '../time/at-most.ts';
import { Durations, OF_SERVER_S } from '../time/durations.ts';
import { sleep } from '../time/sleep.ts';
import { backoff, type BackoffOptions } from './backoff.ts';
import { Paused } from './endpoint.ts';
import { Newest, type LivePart, type LiveTeller } from './live-part.ts';
import type { OutboxMeasures } from './measures.ts';
import type { OutboxEvents } from './outbox-events.ts';
import { Patience, TRIED_AGAIN } from './patience.ts';
import { Standing } from './standing.ts';
import type { OutboxStatus } from './status.ts';

export interface LiveOutletOptions {
  readonly name: string;
  readonly live: LivePart;
  /** Letters of this source only; undefined = of all. */
  readonly source: string | undefined;
  readonly events: Pick<OutboxEvents, 'changed' | 'odd'>;
  readonly backoff?: BackoffOptions;
  /** How often a mis-set endpoint is tried again. */
  readonly retryPausedMs?: number;
}

const RETRY_PAUSED_MS = 60_000;
/** Service managers wait longer than this for a stop. */
const LEAVE_MS = 3_000;

/** An endpoint's live part, connected again whenever it is lost, and how it stands. It never ends by itself. */
export class LiveOutlet {
  readonly #options: LiveOutletOptions;
  readonly #stop = new AbortController();
  readonly #newest = new Newest();
  readonly #standing: Standing;
  readonly #patience: Patience;
  readonly #answers = new Durations(OF_SERVER_S);
  #waits = backoff();
  #running: Promise<void> = Promise.resolve();
  #delivered = 0;
  #retries = 0;
  #lastTakenAt: Date | undefined;
  #odd: string | undefined;

  constructor(options: LiveOutletOptions) {
    this.#options = options;
    this.#standing = new Standing((before) => options.events.changed(this.status(), before));
    this.#patience = new Patience(this.#standing, this.#stop.signal);
  }

  get name(): string {
    return this.#options.name;
  }

  accepted(letter: Letter): void {
    const { source } = this.#options;
    if (source === undefined || source === letter.telegram.source) this.#newest.accepted(letter);
  }

  start(): void {
    this.#waits = backoff(this.#options.backoff);
    this.#running = this.#keep();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await atMost(LEAVE_MS, this.#running);
  }

  /** What is odd though it is connected. */
  get note(): string | undefined {
    return this.#standing.state === 'delivering' ? this.#standing.reason : undefined;
  }

  status(): OutboxStatus {
    const { state, since, reason, remedy } = this.#standing;
    const none = { waiting: 0, thinned: 0, refused: 0, aside: 0, dropped: 0, found: 0, possiblyTwice: 0 };
    return {
      ...{ name: this.name, delivery: 'live', state, since, reason, remedy, ...none, possiblyLost: 0, counts: {} },
      ...{ delivered: this.#delivered, retries: this.#retries, lastTakenAt: this.#lastTakenAt, drainedInMs: undefined },
    };
  }

  measures(): OutboxMeasures {
    return {
      name: this.name,
      attempts: { ok: this.#delivered, retry: this.#retries, ambiguous: 0, rejected: 0 },
      dead: { refused: 0, unreadable: 0, damaged: 0 },
      answers: this.#answers,
    };
  }

  async #keep(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#options.live.show(this.#newest, this.#teller, signal);
      } catch (error) {
        if (!isAborted(signal)) await this.#waitAfter(error);
      }
    }
  }

  async #waitAfter(error: unknown): Promise<void> {
    this.#retries += 1;
    const { message } = error instanceof Error ? error : new Error(String(error));
    if (error instanceof Paused) {
      this.#standing.become('paused', message, error.remedy);
      return sleep(this.#options.retryPausedMs ?? RETRY_PAUSED_MS, this.#stop.signal);
    }
    const waitMs = this.#waits.next().value;
    await this.#patience.wait(waitMs, { state: 'later', reason: message, remedy: TRIED_AGAIN });
  }

  readonly #teller: LiveTeller = {
    connected: () => {
      this.#waits = backoff(this.#options.backoff);
      this.#patience.over();
      this.#standing.become('delivering');
    },
    took: () => {
      this.#delivered += 1;
      this.#lastTakenAt = new Date();
    },
    odd: (what) => {
      this.#standing.reason = what;
      const isNew = what !== this.#odd;
      this.#odd = what;
      if (isNew && what !== undefined) this.#options.events.odd(this.name, what);
    },
  };
}

/** A fresh look, where the compiler thinks that it knows the answer from before the wait. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

import pRetry from 'p-retry';
import type { Proof } from '../journal/cursors.ts';
import type { Letter } from '../journal/letter.ts';
import { Durations, OF_SERVER_S } from '../time/durations.ts';
import { sleep } from '../time/sleep.ts';
import { backoff, type BackoffOptions } from './backoff.ts';
import type { Doubts, LaneName } from './doubts.ts';
import { Ambiguous, Paused, Refused, TryLater, Unreadable, type Batch, type Endpoint, type Fate } from './endpoint.ts';
import type { Attempted } from './measures.ts';
import { TRIED_AGAIN, type Patience } from './patience.ts';
import type { Standing } from './standing.ts';

export interface DeliveryOptions {
  readonly endpoint: Endpoint;
  readonly standing: Standing;
  readonly patience: Patience;
  readonly doubts: Doubts;
  /** A letter as it is now: its time may have been made right since it was read. */
  readonly current: (letter: Letter) => Letter;
  /** Where a letter's fate stays unknown: send it again, or not. */
  readonly onAmbiguous: 'verify' | 'resend' | 'drop';
  /** Called before a letter is sent again that an earlier request may have brought. */
  readonly noteTwice: () => Promise<void>;
  /** Called before the first letter of this process is sent. */
  readonly noteSending: () => Promise<void>;
  /** No new try once it aborts. */
  readonly signal: AbortSignal;
  /** Cuts the request that is under way. */
  readonly cut: AbortSignal;
  readonly backoff?: BackoffOptions | undefined;
  /** How often a paused endpoint is asked whether it works again. */
  readonly probeMs?: number | undefined;
}

const PROBE_MS = 60_000;

/** What became of a letter, in the end. */
export type Outcome =
  /** `answered`: the far side said so. `found`: it was there when it was asked. */
  | { readonly how: 'taken'; readonly proof: Proof }
  /** Not sent again, though nobody knows whether it was taken. */
  | { readonly how: 'left' }
  | { readonly how: 'refused'; readonly error: Refused }
  | { readonly how: 'unreadable'; readonly error: Unreadable };

/** A letter on its way. */
interface Trip {
  readonly letter: Letter;
  readonly lane: LaneName;
  mayComeTwice: boolean;
}

/** Hands one letter at a time to an endpoint, and does not give up until its fate is sealed. */
export class Delivery {
  readonly #options: DeliveryOptions;
  /** Requests, by what came of them. */
  readonly attempts: Record<Attempted, number> = { ok: 0, retry: 0, ambiguous: 0, rejected: 0 };
  /** How long answers took. */
  readonly answers = new Durations(OF_SERVER_S);
  #isNoted = false;
  retries = 0;
  /** How long the newest answer took. */
  answerMs = 0;
  lastTakenAt: Date | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Whether a letter was, or may have been, sent. */
  get hasSent(): boolean {
    return this.#isNoted;
  }

  /** @throws when the signal aborts. */
  async deliver(letter: Letter, lane: LaneName): Promise<Outcome> {
    const trip: Trip = { letter, lane, mayComeTwice: false };
    return this.#untilSealed(() => this.#attempt(trip));
  }

  /** All in one request; what it comes to counts for all of them. @throws when the signal aborts. */
  async deliverBatch(letters: readonly [Letter, ...Letter[]], batch: Batch): Promise<Outcome> {
    const { current, cut } = this.#options;
    return this.#untilSealed(() => this.#request(letters[0], () => batch.deliver(letters.map(current), cut)));
  }

  async #untilSealed(attempt: () => Promise<Outcome>): Promise<Outcome> {
    const waits = backoff(this.#options.backoff);
    const outcomes: Outcome[] = [];
    try {
      await pRetry(async () => outcomes.push(await attempt()), {
        retries: Infinity,
        // The waits are ours: p-retry's are without jitter once they reach their cap.
        minTimeout: 0,
        factor: 1,
        signal: this.#options.signal,
        onFailedAttempt: ({ error }) => this.#waitAfter(error, waits),
      });
    } catch (error) {
      // A stop that came with the answer: the answer counts.
      if (outcomes.length === 0) throw error;
    }
    return outcomes[0] ?? { how: 'left' };
  }

  /** Whether the far side has a letter already. @throws when the signal aborts. */
  async isThere(read: Letter, lane: LaneName): Promise<Fate> {
    const { doubts, current } = this.#options;
    const letter = current(read);
    return doubts.concern(letter, lane) ? doubts.settle(letter, lane) : doubts.find(letter);
  }

  /** Until a probe is answered: then one letter may try, and only its acceptance ends the pause. */
  async pause({ message, remedy }: Paused): Promise<void> {
    const { endpoint, standing, signal, probeMs = PROBE_MS } = this.#options;
    standing.become('paused', message, remedy);
    do await sleep(probeMs, signal);
    while (!signal.aborted && !(await answersProbe(endpoint, signal)));
  }

  /** @throws what says that the letter has to go again. */
  async #attempt(trip: Trip): Promise<Outcome> {
    const { lane } = trip;
    const letter = this.#options.current(trip.letter);
    const { doubts, onAmbiguous } = this.#options;
    if (doubts.concern(letter, lane)) {
      const fate = await doubts.settle(letter, lane);
      if (fate === 'taken') return this.#answered({ how: 'taken', proof: 'found' });
      if (fate === 'unknown' && onAmbiguous === 'drop') return { how: 'left' };
      if (fate === 'unknown') await this.#countTwice(trip);
    }
    return this.#send(letter);
  }

  /** Counted once a letter, and before it goes: a process that ends now would never know. */
  async #countTwice(trip: Trip): Promise<void> {
    if (trip.mayComeTwice) return;
    await this.#options.noteTwice();
    trip.mayComeTwice = true;
  }

  async #send(letter: Letter): Promise<Outcome> {
    const { endpoint, cut } = this.#options;
    return this.#request(letter, () => endpoint.deliver(letter, cut));
  }

  async #request(letter: Letter, send: () => Promise<void>): Promise<Outcome> {
    const { doubts, cut } = this.#options;
    await this.#note();
    const startedMs = performance.now();
    doubts.raise(letter);
    try {
      await send();
      doubts.answered(letter);
      this.attempts.ok += 1;
      return this.#answered({ how: 'taken', proof: 'answered' }, startedMs);
    } catch (error) {
      if (!cut.aborted) this.attempts[attemptedBy(error)] += 1;
      if (error instanceof Ambiguous) doubts.raise(letter, error.message);
      else if (!cut.aborted) doubts.lower();
      if (error instanceof Refused) return this.#answered({ how: 'refused', error }, startedMs);
      if (error instanceof Unreadable) return this.#answered({ how: 'unreadable', error }, startedMs);
      throw toTryAgain(error);
    }
  }

  async #note(): Promise<void> {
    if (this.#isNoted) return;
    await this.#options.noteSending();
    this.#isNoted = true;
  }

  #answered(outcome: Outcome, startedMs?: number): Outcome {
    const { standing, patience } = this.#options;
    if (startedMs !== undefined) {
      this.answerMs = performance.now() - startedMs;
      this.answers.add(this.answerMs);
    }
    patience.over();
    if (outcome.how === 'taken') this.lastTakenAt = new Date();
    // Only a letter that was taken shows that a mis-set endpoint is set right.
    if (outcome.how === 'taken' || standing.state !== 'paused') standing.become('delivering');
    return outcome;
  }

  async #waitAfter(error: Error, waits: Generator<number, never>): Promise<void> {
    const { patience, signal } = this.#options;
    if (signal.aborted) return;
    this.retries += 1;
    if (error instanceof Paused) return this.pause(error);
    const wishedMs = error instanceof TryLater ? (error.delayMs ?? 0) : 0;
    const waitMs = Math.max(wishedMs, waits.next().value);
    await patience.wait(waitMs, { state: 'later', reason: error.message, remedy: TRIED_AGAIN });
  }
}

async function answersProbe(endpoint: Endpoint, signal: AbortSignal): Promise<boolean> {
  try {
    await endpoint.probe?.(signal);
    return true;
  } catch {
    return false;
  }
}

function attemptedBy(error: unknown): Attempted {
  if (error instanceof Refused || error instanceof Unreadable) return 'rejected';
  return error instanceof Ambiguous ? 'ambiguous' : 'retry';
}

/** p-retry gives up on a TypeError and on what is no Error: whatever an endpoint throws, it is tried again. */
function toTryAgain(error: unknown): Error {
  const known = [Paused, TryLater, Ambiguous].some((kind) => error instanceof kind);
  if (known && error instanceof Error) return error;
  return new TryLater(error instanceof Error ? error.message : String(error), { cause: error });
}

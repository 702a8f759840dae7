import pRetry from 'p-retry';
import type { Letter } from '../journal/letter.ts';
import { backoff, type BackoffOptions } from './backoff.ts';
import { Ambiguous, Paused, Refused, TryLater, type Endpoint } from './endpoint.ts';
import { sleep } from '../time/sleep.ts';
import type { Standing } from './standing.ts';

export interface DeliveryOptions {
  readonly endpoint: Endpoint;
  readonly standing: Standing;
  /** No new try once it aborts. */
  readonly signal: AbortSignal;
  /** Cuts the request that is under way. */
  readonly cut: AbortSignal;
  readonly backoff?: BackoffOptions | undefined;
  /** How often a paused endpoint is asked whether it works again. */
  readonly probeMs?: number | undefined;
}

const PROBE_MS = 60_000;
/** A few failed tries in a row are no change of state yet. */
const LATER_AFTER_MS = 5_000;

type Answer = 'taken' | Refused;

/** Hands one letter at a time to an endpoint, and does not give up until it was taken or refused. */
export class Delivery {
  readonly #options: DeliveryOptions;
  #failingSinceMs: number | undefined;
  retries = 0;
  possiblyTwice = 0;
  /** How long the newest answer took. */
  answerMs = 0;
  lastTakenAt: Date | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** @returns the refusal, or undefined once the letter was taken. @throws when the signal aborts. */
  async deliver(letter: Letter): Promise<Refused | undefined> {
    const waits = backoff(this.#options.backoff);
    const answers: Answer[] = [];
    const doubts: Error[] = [];
    try {
      await pRetry(async () => answers.push(await this.#attempt(letter)), {
        retries: Infinity,
        // The waits are ours: p-retry's are without jitter once they reach their cap.
        minTimeout: 0,
        factor: 1,
        signal: this.#options.signal,
        onFailedAttempt: ({ error }) => {
          if (error instanceof Ambiguous) doubts.push(error);
          return this.#waitAfter(error, waits);
        },
      });
    } catch (error) {
      // A stop that came with the answer: the answer counts.
      if (answers.length === 0) throw error;
    }
    if (doubts.length > 0) this.possiblyTwice += 1;
    return answers[0] === 'taken' ? undefined : answers[0];
  }

  /** @throws what says that the letter has to go again. */
  async #attempt(letter: Letter): Promise<Answer> {
    const { endpoint, cut } = this.#options;
    const startedMs = performance.now();
    try {
      await endpoint.deliver(letter, cut);
      return this.#answered('taken', startedMs);
    } catch (error) {
      if (error instanceof Refused) return this.#answered(error, startedMs);
      throw toTryAgain(error);
    }
  }

  #answered(answer: Answer, startedMs: number): Answer {
    const { standing } = this.#options;
    this.answerMs = performance.now() - startedMs;
    this.#failingSinceMs = undefined;
    if (answer === 'taken') this.lastTakenAt = new Date();
    // Only a letter that was taken shows that a mis-set endpoint is set right.
    if (answer === 'taken' || standing.state !== 'paused') standing.become('delivering');
    return answer;
  }

  async #waitAfter(error: Error, waits: Generator<number, never>): Promise<void> {
    const { signal } = this.#options;
    if (signal.aborted) return;
    this.retries += 1;
    if (error instanceof Paused) return this.#pause(error);
    const wished = error instanceof TryLater ? (error.delayMs ?? 0) : 0;
    await this.#putOff(error, Math.max(wished, waits.next().value));
  }

  /** Until a probe is answered: then one letter may try, and only its acceptance ends the pause. */
  async #pause({ message, remedy }: Paused): Promise<void> {
    const { endpoint, standing, signal, probeMs = PROBE_MS } = this.#options;
    standing.become('paused', message, remedy);
    do await sleep(probeMs, signal);
    while (!signal.aborted && !(await answersProbe(endpoint, signal)));
  }

  /** Waits for the next try, and says so once it has been failing for a while. */
  async #putOff({ message }: Error, waitMs: number): Promise<void> {
    const { standing, signal } = this.#options;
    if (standing.state === 'paused') return sleep(waitMs, signal);
    const nowMs = performance.now();
    this.#failingSinceMs ??= nowMs;
    const quietMs = Math.max(0, this.#failingSinceMs + LATER_AFTER_MS - nowMs);
    await sleep(Math.min(waitMs, quietMs), signal);
    if (waitMs <= quietMs || signal.aborted) return;
    standing.become('later', message);
    await sleep(waitMs - quietMs, signal);
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

/** p-retry gives up on a TypeError and on what is no Error: whatever an endpoint throws, it is tried again. */
function toTryAgain(error: unknown): Error {
  const known = [Paused, TryLater, Ambiguous].some((kind) => error instanceof kind);
  if (known && error instanceof Error) return error;
  return new TryLater(error instanceof Error ? error.message : String(error), { cause: error });
}

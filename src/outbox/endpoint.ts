import type { Letter } from '../journal/letter.ts';

/**
 * Somewhere that letters go. An endpoint makes one attempt; the outbox owns order, retry, back-off and telemetry.
 *
 * `deliver` resolves when the letter was taken, and throws one of the errors below when it was not. Any other error
 * counts as {@link TryLater}. All waits end at once when the signal aborts.
 */
export interface Endpoint {
  deliver(letter: Letter, signal: AbortSignal): Promise<void>;
  /** After an {@link Ambiguous} send: asks the far side whether it has the letter. */
  wasTaken?(letter: Letter, signal: AbortSignal): Promise<'taken' | 'absent' | 'unknown'>;
  /** Cheap question whether a {@link Paused} endpoint could work again. Resolves if so, throws as `deliver` does. */
  probe?(signal: AbortSignal): Promise<void>;
  close?(): Promise<void>;
  /** What it did beside delivering, by name: letters mended, sent another way. Only grows. */
  readonly counts?: Readonly<Record<string, number>>;
}

/** The letter will never be taken: it becomes a dead letter, and the next one goes. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** The endpoint is mis-set (key, URL, API switched off): everything is kept, the endpoint is probed slowly. */
export class Paused extends Error {
  override readonly name = 'Paused';
  /** What a person has to do, one sentence. */
  readonly remedy: string;
  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}

/** Not now: busy, down or unreachable. The same letter goes again after a while. */
export class TryLater extends Error {
  override readonly name = 'TryLater';
  /** The far side's own wish (Retry-After), where it had one. */
  readonly delayMs: number | undefined;
  constructor(message: string, options: ErrorOptions & { delayMs?: number | undefined } = {}) {
    super(message, options);
    this.delayMs = options.delayMs;
  }
}

/** The request was written but its fate is unknown: the letter may have been taken. */
export class Ambiguous extends Error {
  override readonly name = 'Ambiguous';
}

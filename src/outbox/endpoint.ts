import type { Letter } from '../journal/letter.ts';
import type { Telegram } from '../telegram/telegram.ts';
import type { LivePart } from './live-part.ts';

/**
 * Somewhere that letters go. An endpoint makes one attempt; the outbox owns order, retry, back-off and telemetry.
 *
 * `deliver` resolves when the letter was taken, and throws one of the errors below when it was not. Any other error
 * counts as {@link TryLater}. All waits end at once when the signal aborts.
 */
export interface Endpoint {
  deliver(letter: Letter, signal: AbortSignal): Promise<void>;
  /** Whether it is of a kind that goes there at all: one that is not is left out. Asked once a letter. All are by default. */
  takes?(telegram: Telegram): boolean;
  /**
   * Whether the far side has the letter, asked after an {@link Ambiguous} send. Throws as `deliver` does where nothing
   * was answered.
   *
   * @param before the letters of its source just before it, oldest first, at most {@link LOOK_BACK}: a far side that
   * knows a letter only by its stamp and registers has to count those that look alike.
   */
  wasTaken?(letter: Letter, before: readonly Letter[], signal: AbortSignal): Promise<Fate>;
  /** Cheap question whether a {@link Paused} endpoint could work again. Resolves if so, throws as `deliver` does. */
  probe?(signal: AbortSignal): Promise<void>;
  /** What a good probe shows, for a person; where it is left out, that it answers and takes the key. */
  readonly probed?: string;
  close?(): Promise<void>;
  /** Where many letters go in one request: those that wait go so. Only for one that {@link isIdempotent}. */
  readonly batch?: Batch;
  /** True where a letter that comes twice changes nothing at the far side: it goes again without being asked for. */
  readonly isIdempotent?: boolean;
  /** What shows the newest telegrams as they come, beside what is delivered or in its place. */
  readonly live?: LivePart;
  /** What it did beside delivering, by name: letters mended, sent another way. Only grows. */
  readonly counts?: Readonly<Record<string, number>>;
}

/** Many letters in one request. */
export interface Batch {
  /** Letters of one request at most. */
  readonly most: number;
  /** For so long, in milliseconds, letters are gathered for a request that has room for more; 0 is not at all. */
  readonly gatherMs: number;
  /**
   * One attempt with all of them, oldest first. Resolves when all were taken, and throws as `deliver` does: {@link Refused}
   * where one of them at least is, or all are too many for it: then each half goes by itself.
   */
  deliver(letters: readonly Letter[], signal: AbortSignal): Promise<void>;
}

/**
 * What became of a letter. `absent`: the far side does not list it, which says something only where it lists others that
 * it took. `unknown`: it cannot be asked about this letter.
 */
export type Fate = 'taken' | 'absent' | 'unknown';

/** How many letters before one are looked at for others that look like it. */
export const LOOK_BACK = 100;

/** The letter will never be taken: it becomes a dead letter, and the next one goes. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/**
 * The far side cannot read the letter: the letter is broken, or the far side is set to another kind of meter. Only what
 * becomes of the letters behind it can tell which.
 */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
  /** What a person has to do where the far side reads none. */
  readonly remedy: string;
  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
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

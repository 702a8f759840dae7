/**
 * How an outbox stands.
 *
 * `idle`: nothing waits. `delivering`: letters go. `later`: the endpoint is busy, down or unreachable; tried again by
 * itself. `paused`: the endpoint is mis-set; everything is kept until it takes a letter again.
 */
export type OutboxState = 'idle' | 'delivering' | 'later' | 'paused';

export interface OutboxStatus {
  readonly name: string;
  readonly state: OutboxState;
  /** Since when, in this state. */
  readonly since: Date;
  /** What the endpoint said, where it did not simply take the letters. */
  readonly reason: string | undefined;
  /** What a person has to do, where somebody has to. */
  readonly remedy: string | undefined;
  readonly waiting: number;
  readonly delivered: number;
  /** Left out on purpose, by the endpoint's `interval`. */
  readonly thinned: number;
  readonly refused: number;
  /** Lost to the journal's size limit, or to damage of its file. */
  readonly dropped: number;
  /** Sent again after an answer that never came: the far side may have them twice. */
  readonly possiblyTwice: number;
  /** What the endpoint itself counts: telegrams mended, sent by another way. */
  readonly counts: Readonly<Record<string, number>>;
  readonly retries: number;
  readonly lastTakenAt: Date | undefined;
  /** When nothing will be waiting any more at the present rate, in milliseconds from now. */
  readonly drainedInMs: number | undefined;
}

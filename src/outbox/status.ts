/**
 * How an outbox stands.
 *
 * `idle`: nothing waits. `delivering`: letters go. `later`: the endpoint is busy, down or unreachable; tried again by
 * itself. `verifying`: it is asked whether it has a letter whose request got no answer. `paused`: the endpoint is mis-set; everything is kept until it takes a letter again.
 */
export type OutboxState = 'idle' | 'delivering' | 'later' | 'verifying' | 'paused';

export interface OutboxStatus {
  readonly name: string;
  /** `live`: it keeps nothing, and shows the newest. */
  readonly delivery: 'stored' | 'live';
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
  /** Refused for good and kept as dead letters, those among them that are only set aside. */
  readonly refused: number;
  /** Set aside until the letters behind them tell whether they are to blame, or the far side. */
  readonly aside: number;
  /** Lost to the journal's size limit, or to damage of its file. */
  readonly dropped: number;
  /** Of those delivered: found at the far side after a request without an answer, and not sent again. */
  readonly found: number;
  /** Sent again though an earlier request may have brought them, as that could not be asked. */
  readonly possiblyTwice: number;
  /** Not sent again, as `onAmbiguous: drop` wants it, though an earlier request may not have brought them. */
  readonly possiblyLost: number;
  /** What the endpoint itself counts: telegrams mended, sent by another way. */
  readonly counts: Readonly<Record<string, number>>;
  readonly retries: number;
  readonly lastTakenAt: Date | undefined;
  /** When nothing will be waiting any more at the present rate, in milliseconds from now. */
  readonly drainedInMs: number | undefined;
}

import type { Durations } from '../time/durations.ts';

/** Why a letter became a dead letter: the far side said so, could not read it, or its row in the journal is damaged. */
export type DeadBy = 'refused' | 'unreadable' | 'damaged';

/** What came of a request: `retry`: it goes again; `ambiguous`: nobody knows; `rejected`: the letter is not wanted. */
export type Attempted = 'ok' | 'retry' | 'ambiguous' | 'rejected';

/** What one outbox measured since the start. */
export interface OutboxMeasures {
  readonly name: string;
  readonly attempts: Readonly<Record<Attempted, number>>;
  readonly dead: Readonly<Record<DeadBy, number>>;
  /** How long answers took. */
  readonly answers: Durations;
}

import type { ReplayState } from '../journal/replays.ts';
import type { Before } from './standing.ts';
import type { OutboxStatus } from './status.ts';

/** What happens to an endpoint, for logs and counts. */
export interface OutboxEvents {
  /** The state is another one now; `before` tells what it was, and since when. */
  changed(status: OutboxStatus, before: Before): void;
  /** A letter will never be taken; it is kept as a dead letter. */
  refused(name: string, reason: string): void;
  /** Something is odd that does not stop it; with what a person has to do. */
  odd(name: string, what: string): void;
  /** A replay came to its end. */
  replayed(name: string, state: ReplayState): void;
  /** The journal did not answer; the outbox goes on when it does. */
  journalFailed(name: string, error: Error): void;
  /** The scheduler had stopped by itself and was started again. */
  stalled(name: string): void;
}

import type { OutboxState } from './status.ts';

/** How an outbox stood before a change. */
export interface Before {
  readonly state: OutboxState;
  /** How long it stood so, by a clock that is never set. */
  readonly lastedMs: number;
}

/** The state of one outbox, since when, and why; tells when it becomes another one. */
export class Standing {
  readonly #onChange: (before: Before) => void;
  state: OutboxState = 'idle';
  since = new Date();
  #sinceMs = performance.now();
  reason: string | undefined;
  remedy: string | undefined;

  constructor(onChange: (before: Before) => void) {
    this.#onChange = onChange;
  }

  become(state: OutboxState, reason?: string, remedy?: string): void {
    this.reason = reason;
    this.remedy = remedy;
    if (state === this.state) return;
    const before = { state: this.state, lastedMs: performance.now() - this.#sinceMs };
    this.state = state;
    this.since = new Date();
    this.#sinceMs = performance.now();
    this.#onChange(before);
  }
}

import type { Losses } from '../journal/losses.ts';
import type { EndpointState } from '../journal/view.ts';
import type { Outcome } from './delivery.ts';
import { Progress } from './progress.ts';

/** What one outbox counts: each letter that came in is in one of `waiting` … `dropped`. */
export interface Counts {
  waiting: number;
  delivered: number;
  thinned: number;
  /** Refused for good, or set aside. */
  refused: number;
  possiblyLost: number;
  dropped: number;
  /** Of those refused: only set aside. */
  aside: number;
  /** Of those delivered. */
  found: number;
  /** Sent again though an earlier request may have brought them. */
  possiblyTwice: number;
}

/** How far one endpoint is, and what became of the letters up to there. */
export class Books {
  readonly counts: Counts;
  readonly #progress = new Progress();
  /** The newest letter that is done with. */
  position: number;

  constructor({ acked, buried, ...begin }: EndpointState) {
    const { waiting, delivered, thinned, dropped, possiblyLost, aside, found, possiblyTwice } = begin;
    this.position = acked;
    this.counts = {
      ...{ waiting, delivered, thinned, refused: buried, possiblyLost, dropped },
      ...{ aside, found, possiblyTwice },
    };
  }

  /** Whether it was ever done with a letter. */
  get hasBegun(): boolean {
    const { delivered, thinned, refused, possiblyLost } = this.counts;
    return delivered + thinned + refused + possiblyLost > 0;
  }

  came(): void {
    this.counts.waiting += 1;
    this.#progress.came();
  }

  /** The letter that was next is done with. */
  went(seq: number, how: 'delivered' | 'thinned' | 'refused' | 'possiblyLost'): void {
    this.position = seq;
    this.counts.waiting -= 1;
    this.counts[how] += 1;
    this.#progress.went();
  }

  /** What the journal let go of; negative: so many arrived after all. */
  letGo({ dropped, thinned, forgotten }: Losses): void {
    this.counts.waiting -= dropped + thinned;
    this.counts.thinned += thinned;
    this.counts.refused -= forgotten;
    this.counts.dropped += dropped + forgotten;
  }

  /** How sure it is that a delivered letter is at the far side. */
  sure({ proof }: Extract<Outcome, { how: 'taken' }>): void {
    if (proof === 'found') this.counts.found += 1;
  }

  /** A letter is sent again although an earlier request may have brought it. */
  mayComeTwice(): void {
    this.counts.possiblyTwice += 1;
  }

  /** When nothing will be waiting any more at the present rate, in milliseconds; undefined while it does not shrink. */
  get drainedInMs(): number | undefined {
    return this.#progress.drainedInMs(this.counts.waiting);
  }
}

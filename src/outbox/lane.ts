import type { Letter } from '../journal/letter.ts';
import type { Books } from './books.ts';
import type { Delivery } from './delivery.ts';
import type { LaneName } from './doubts.ts';
import type { Endpoint } from './endpoint.ts';
import type { DeadBy } from './measures.ts';
import type { OutboxJournal } from './outbox-journal.ts';
import type { Rate } from './pace.ts';
import type { Thinning } from './thinning.ts';

/** Handles one letter to its end: until its fate is sealed, and that is noted. */
export type Work = () => Promise<void>;

/** A way on which letters go to an endpoint, one after the other. */
export interface Lane {
  readonly name: LaneName;
  /** The next letters, in order; none where there are none now. @throws what the journal throws. */
  next(): Promise<readonly Work[]>;
  /** In how many milliseconds what waits will be gone, where it waits for that time alone and is no backlog. */
  readonly goneInMs?: number | undefined;
}

/** What the lanes of one endpoint work with. */
export interface LaneParts {
  /** The endpoint's. */
  readonly name: string;
  readonly endpoint: Pick<Endpoint, 'takes'>;
  readonly journal: OutboxJournal;
  /** Letters of this source only; undefined = of all. */
  readonly source: string | undefined;
  readonly books: Books;
  readonly delivery: Delivery;
  readonly thinning: Thinning;
  readonly rate: Rate;
  /** Asks the journal until it answers; undefined once the outbox stops. */
  readonly insist: <T>(ask: () => Promise<T>) => Promise<T | undefined>;
  /** Counts, before it goes, a letter that the far side may have already. */
  readonly mayComeTwice: () => Promise<void>;
  /** Leaves the far side time behind a letter, or behind a request with `count` letters up to it. */
  readonly pace: (rate: Rate, letter: Letter, count?: number) => Promise<void>;
  /** Waits; ends early once the outbox stops. */
  readonly rest: (ms: number) => Promise<void>;
  /** A letter will never be taken; it is kept as a dead letter. */
  readonly refused: (reason: string, by: DeadBy) => void;
}

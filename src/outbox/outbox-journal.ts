import type { Journal } from '../journal/journal.ts';

/** What an outbox asks of the journal. */
export type OutboxJournal = Pick<
  Journal,
  | 'read'
  | 'current'
  | 'before'
  | 'pass'
  | 'mayComeTwice'
  | 'doubt'
  | 'bury'
  | 'aside'
  | 'asideFirst'
  | 'condemn'
  | 'deadOf'
  | 'deadToRetry'
  | 'deadTaken'
  | 'deadRefusedAgain'
  | 'replay'
  | 'endReplay'
>;

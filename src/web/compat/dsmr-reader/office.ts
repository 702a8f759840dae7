import type { Fate } from '../../../ingest/ingest.ts';
import type { Posted } from '../../../reading/posted.ts';
import type { LetterDesk } from '../../office/letter-desk.ts';

/** What is asked of the main thread. @throws where it cannot be told at the moment. */
export interface Office extends LetterDesk {
  postTelegram(bytes: Uint8Array): Promise<Fate>;
  postReading(posted: Posted): Promise<Fate>;
  /** What is not well, a sentence each. */
  problems(): Promise<readonly string[]>;
}

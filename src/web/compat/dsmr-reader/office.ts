import type { Fate } from '../../../ingest/ingest.ts';
import type { Row } from '../../../journal/telegrams.ts';
import type { Posted } from '../../../reading/posted.ts';

/** What is asked of the main thread. @throws where it cannot be told at the moment. */
export interface Office {
  postTelegram(bytes: Uint8Array): Promise<Fate>;
  postReading(posted: Posted): Promise<Fate>;
  /** The highest number of a letter. */
  head(): Promise<number>;
  /** Letters of a source behind a number, oldest first. */
  letters(source: string, after: number, limit: number): Promise<readonly Row[]>;
  /** The letters of a source just before a number, oldest first. */
  lettersBefore(source: string, before: number, limit: number): Promise<readonly Row[]>;
  /** How many letters of a source stand behind a number, up to and with another: as far as it was counted. */
  count(source: string, after: number, upTo: number): Promise<{ readonly upTo: number; readonly count: number }>;
  /** What is not well, a sentence each. */
  problems(): Promise<readonly string[]>;
}

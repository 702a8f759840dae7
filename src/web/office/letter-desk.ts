import type { Row } from '../../journal/telegrams.ts';
import type { OfficeLine } from './line.ts';

/** What the journal is asked. @throws where it cannot be told at the moment. */
export interface LetterDesk {
  /** The highest number of a letter. */
  head(): Promise<number>;
  /** Letters of a source behind a number, oldest first. */
  letters(source: string, after: number, limit: number): Promise<readonly Row[]>;
  /** The letters of a source just before a number, oldest first. */
  lettersBefore(source: string, before: number, limit: number): Promise<readonly Row[]>;
  /** How many letters of a source stand behind a number, up to and with another: as far as it was counted. */
  count(source: string, after: number, upTo: number): Promise<{ readonly upTo: number; readonly count: number }>;
}

/** @param line to the main thread. */
export function letterDesk(line: Pick<OfficeLine, 'ask'>): LetterDesk {
  return {
    head: async () => (await line.ask('journal', {})).head,
    letters: async (source, after, limit) => line.ask('letters', { source, after, limit }),
    lettersBefore: async (source, before, limit) => line.ask('lettersBefore', { source, before, limit }),
    count: async (source, after, upTo) => line.ask('countLetters', { source, after, upTo }),
  };
}

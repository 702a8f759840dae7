import { join } from 'node:path';
import { TooManyBuckets, UnknownMeter } from '../history/answers.ts';
import { HISTORY_FILE, HistoryReader } from '../history/read.ts';
import { Problem } from './problem.ts';

/** The history as routes ask it: opened with the first question, and again where the service made it anew. */
export class History {
  readonly #path: string;
  readonly #isKept: boolean;
  #reader: HistoryReader | undefined;

  /** @param isKept as `history.enabled` says. */
  constructor(stateDir: string, isKept: boolean) {
    this.#path = join(stateDir, HISTORY_FILE);
    this.#isKept = isKept;
  }

  /** @throws {Problem} where it cannot be asked, and for what it says no to. */
  ask<T>(question: (reader: HistoryReader) => T): T {
    if (!this.#isKept) throw new Problem('not-found', 'no history is kept here: history.enabled is false');
    try {
      this.#reader ??= new HistoryReader(this.#path);
      return question(this.#reader);
    } catch (error) {
      throw this.#refusal(error);
    }
  }

  #refusal(error: unknown): Error {
    if (error instanceof UnknownMeter) return new Problem('not-found', error.message);
    if (error instanceof TooManyBuckets)
      return new Problem('range-too-large', error.message, { fitting: error.fitting });
    if (error instanceof Problem) return error;
    this.close();
    return new Problem('store-unavailable', 'the history cannot be read at the moment', {}, { 'retry-after': '10' });
  }

  close(): void {
    this.#reader?.close();
    this.#reader = undefined;
  }
}

import type { GapCause } from '../history/answers.ts';
import type { HistoryEvents } from '../history/history.ts';
import type { Log } from './log.ts';

/** Logs what happens to the history, and tells it why no telegrams come. */
export class HistoryTeller {
  readonly #log: Log;
  /** Who is told of each trouble of a source that may be why no telegram comes. */
  noTelegram: (source: string, cause: GapCause) => void = () => undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  readonly events: HistoryEvents = {
    failed: ({ message }) =>
      this.#log.warn(`history: ${message}; delivery goes on, and what is missing is read from the journal later`),
    recovered: () => this.#log.info('history: written again'),
    putAside: ({ path, cause, minutesSaved }) =>
      this.#log.error(
        `history: damaged (${cause}); put aside as ${path}, and made anew: ${minutesSaved} minutes could be read, the newest are in the journal`,
      ),
    bookPutAside: (path, cause) =>
      this.#log.warn(`denials and sessions: their file is damaged (${cause}); put aside as ${path}, and begun anew`),
    madeAnew: () => this.#log.info('history: made anew from all that the journal keeps'),
  };
}

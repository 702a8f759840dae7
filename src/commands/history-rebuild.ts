import type { Config } from '../config/config.ts';
import { History } from '../history/history.ts';
import { toLetter } from '../journal/crossing.ts';
import type { DamagedLetter, Letter } from '../journal/letter.ts';
import type { StoppedJournal } from '../journal/stopped.ts';

/**
 * Makes the history of a stopped service anew from all that its journal keeps. What was not finished when the signal aborts the
 * service reads on when it starts.
 *
 * @returns how many telegrams were read. @throws what keeps the history from being written.
 */
export async function rebuildStopped(journal: StoppedJournal, config: Config, signal: AbortSignal): Promise<number> {
  let [telegrams, newest] = [0, 0];
  let failed: (error: Error) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => (failed = reject));
  const history = new History({
    folder: config.stateDir.path,
    keepS: config.history.keepMs / 1_000,
    keepBookMs: config.http.keepDenialsMs,
    sources: config.sources.map(({ name, timeZone, gasChannel }) => ({ source: name, timeZone, gasChannel })),
    journal: {
      read: (after, _limit, source) => {
        const letters = nextPage(journal, after, source);
        telegrams += letters.filter(({ seq }) => seq > newest).length;
        newest = Math.max(newest, letters.at(-1)?.seq ?? 0);
        return Promise.resolve(letters);
      },
      current: (letter) => letter,
    },
    events: {
      failed,
      recovered: () => undefined,
      putAside: () => undefined,
      bookPutAside: () => undefined,
      madeAnew: () => undefined,
    },
  });
  const stopped = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    const rebuilt = history.rebuild();
    history.start();
    await Promise.race([rebuilt, failure, stopped]);
    return telegrams;
  } finally {
    await history.close();
  }
}

/** A page may be empty before the end: it looks for a moment only. */
function nextPage(journal: StoppedJournal, after: number, source: string | undefined): (Letter | DamagedLetter)[] {
  const { head } = journal.state();
  let reached = after;
  while (reached < head) {
    const { upTo, rows } = journal.page({ after: reached, upTo: head, from: -Infinity, to: Infinity, source });
    if (rows.length > 0) return rows.map(toLetter);
    reached = Math.max(upTo, reached + 1);
  }
  return [];
}

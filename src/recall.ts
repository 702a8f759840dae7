import type { Ingest } from './ingest/ingest.ts';
import type { Journal } from './journal/journal.ts';
import type { BuiltSource } from './parts.ts';
import { isPosted } from './reading/posted.ts';

/**
 * Begins the history of a source with its newest telegram in the journal, whose newest number is `head`; a source that would
 * give that one again is told of it. Where that cannot
 * be read, the next telegram that comes begins it.
 */
export async function recall(
  { config, source, history }: BuiltSource,
  journal: Pick<Journal, 'before'>,
  head: number,
): Promise<void> {
  if (history === undefined && source.recall === undefined) return;
  const [newest] = await journal.before(undefined, head + 1, 1, config.name).catch(() => []);
  if (newest === undefined || isPosted(newest.telegram.raw)) return;
  history?.begin(newest.telegram);
  source.recall?.(newest.telegram.raw);
}

/** How many of each source are looked at: whoever posts a telegram again has few others behind it. */
const LETTERS = 200;

/** Lets a source that is posted to know the newest letters of all sources in the journal, and begin. */
export async function recallLetters(
  ingest: Ingest,
  sources: readonly BuiltSource[],
  journal: Pick<Journal, 'before'>,
  head: number,
): Promise<void> {
  for (const { config } of sources)
    ingest.saw(await journal.before(undefined, head + 1, LETTERS, config.name).catch(() => []));
  ingest.begin();
}

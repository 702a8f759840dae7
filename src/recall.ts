import type { Journal } from './journal/journal.ts';
import type { BuiltSource } from './parts.ts';
import { isPosted } from './reading/posted.ts';

/**
 * Begins the history of a source with its newest telegram in the journal, whose newest number is `head`. Where that cannot
 * be read, the next telegram that comes begins it.
 */
export async function recall(
  { config, history }: BuiltSource,
  journal: Pick<Journal, 'before'>,
  head: number,
): Promise<void> {
  if (history === undefined) return;
  const [newest] = await journal.before(undefined, head + 1, 1, config.name).catch(() => []);
  if (newest !== undefined && !isPosted(newest.telegram.raw)) history.begin(newest.telegram);
}

import type { Letter } from '../journal/letter.ts';
import type { OutboxJournal } from './outbox-journal.ts';
import type { Thinning } from './thinning.ts';

/**
 * Whether an endpoint wants a letter that is its turn. A start in the midst of a stretch of time must not make a second
 * letter its first: one more would go, and behind a newer one that was sent before. So the letter before is looked at.
 *
 * @throws what the journal throws.
 */
export async function isWanted(
  { seq, telegram }: Letter,
  thinning: Thinning,
  journal: Pick<OutboxJournal, 'before'>,
): Promise<boolean> {
  if (!thinning.knows(telegram.source)) {
    const [before] = await journal.before(undefined, seq, 1, telegram.source);
    if (before !== undefined) thinning.wants(before.telegram);
  }
  return thinning.wants(telegram);
}

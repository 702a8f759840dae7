import type { KeptDeadLetter } from '../journal/dead-letters.ts';
import type { Letter } from '../journal/letter.ts';
import type { Outcome } from './delivery.ts';
import type { LaneParts } from './lane.ts';

/** The letter that a dead one was; undefined where its bytes are lost. */
export function letterOf({ seq, source, checksum, raw, at }: KeptDeadLetter): Letter | undefined {
  if (raw === undefined) return undefined;
  return { seq, telegram: { source, checksum, receivedAt: new Date(at), raw: Buffer.from(raw) } };
}

export type Taken = Extract<Outcome, { how: 'taken' }>;

/** A letter that lay with the dead ones was taken: it is none any more. */
export async function takenAfterAll(
  { books, insist, journal, name }: LaneParts,
  { id }: KeptDeadLetter,
  outcome: Taken,
): Promise<void> {
  await insist(() => journal.deadTaken(name, id, outcome.proof));
  books.counts.delivered += 1;
  books.counts.refused -= 1;
  books.sure(outcome);
}

/** Why a letter that went again is still with the dead ones. */
export function reasonOf(outcome: Exclude<Outcome, Taken>): string {
  return outcome.how === 'left' ? 'a request for it got no answer, and it is not sent again' : outcome.error.message;
}

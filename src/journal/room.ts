import { isFull } from '../storage/sqlite.ts';

/** No room for another telegram. It is not accepted; everything accepted before stays as it is. */
export class JournalFull extends Error {
  override readonly name = 'JournalFull';
}

/**
 * Does the work; where there is no room for it, makes some, one way after the other.
 *
 * @param path names the journal in the error, and `what` that which there is no room for.
 * @throws {JournalFull} where none helps.
 */
export function withRoom<T>(
  path: string,
  ways: readonly (() => void)[],
  work: () => T,
  what = 'for another telegram',
): T {
  for (const makeRoom of ways) {
    const done = unlessFull(work);
    if (done !== undefined) return done.result;
    unlessFull(makeRoom);
  }
  try {
    return work();
  } catch (error) {
    if (!isFull(error)) throw error;
    const remedy = 'free some space on its disk, or raise journal.maxSize';
    throw new JournalFull(`${path} has no room ${what}; ${remedy}`, { cause: error });
  }
}

/** @returns undefined where there was no room. */
export function unlessFull<T>(work: () => T): { readonly result: T } | undefined {
  try {
    return { result: work() };
  } catch (error) {
    if (isFull(error)) return undefined;
    throw error;
  }
}

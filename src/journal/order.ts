import { Damaged } from '../storage/sqlite.ts';
import type { TelegramRow } from './statements.ts';

/**
 * SQLite does not notice a row whose number was damaged: one that is too high would have an endpoint pass over all that
 * follow.
 *
 * @param rows oldest first.
 * @param between the numbers that they lie between: above the one, up to the other.
 * @throws {Damaged} where their numbers are not in order.
 */
export function inOrder(
  rows: readonly TelegramRow[],
  [above, last]: readonly [number, number],
): readonly TelegramRow[] {
  let before = above;
  for (const { seq } of rows) {
    if (seq <= before || seq > last) throw new Damaged(`row ${seq} behind row ${before} is out of order`);
    before = seq;
  }
  return rows;
}

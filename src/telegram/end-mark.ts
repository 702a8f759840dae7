import { CLOSING_BRACKET, isLineEnd, MARK } from './characters.ts';

/** Place of the `!` that ends a telegram's data; undefined where it has none: one in the middle of a text ends nothing. */
export function endMark(telegram: Buffer): number | undefined {
  const mark = telegram.lastIndexOf(MARK);
  if (mark < 0) return undefined;
  const before = telegram[mark - 1];
  return before === undefined || isLineEnd(before) || before === CLOSING_BRACKET ? mark : undefined;
}

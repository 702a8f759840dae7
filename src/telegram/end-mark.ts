import { CLOSING_BRACKET, isLineEnd, MARK } from './characters.ts';

/** Place of the `!` that ends a telegram's data; undefined where it has none: one in the middle of a text ends nothing. */
export function endMark(telegram: Buffer): number | undefined {
  let mark = telegram.length - 1;
  // It stands a few bytes in front of the end: found sooner than a search is begun.
  while (mark >= 0 && telegram[mark] !== MARK) mark--;
  if (mark < 0) return undefined;
  const before = telegram[mark - 1];
  return before === undefined || isLineEnd(before) || before === CLOSING_BRACKET ? mark : undefined;
}

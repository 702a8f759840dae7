/** The journal's thread does nothing else meanwhile: telegrams and deliveries wait no longer than this. */
const SLICE_MS = 20;

interface Range {
  readonly after: number;
  readonly upTo: number;
  /** A clock that is never set, in milliseconds. */
  readonly nowMs: () => number;
}

/**
 * Goes through rows in the order of their numbers, for a short time, until `visit` says that it has enough, or up to a
 * row that cannot be read. `visit` is told the number before: one that is not above it is damaged, which SQLite does not
 * notice.
 *
 * @returns the number of the last row visited, `upTo` where there is no more.
 * @throws what reading the very first row throws.
 */
export function slice<R extends { readonly number: number }>(
  rows: Iterable<R>,
  { after, upTo, nowMs }: Range,
  visit: (row: R, before: number) => boolean,
): number {
  const endMs = nowMs() + SLICE_MS;
  let reached = after;
  try {
    for (const row of rows) {
      const before = reached;
      reached = Math.max(before, row.number);
      if (!visit(row, before) || nowMs() >= endMs) return reached;
    }
  } catch (error) {
    if (reached === after) throw error;
    return reached;
  }
  return upTo;
}

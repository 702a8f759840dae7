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
 * row that cannot be read.
 *
 * @returns the number of the last row visited, `upTo` where there is no more.
 * @throws what reading the very first row throws.
 */
export function slice<R extends { readonly number: number }>(
  rows: Iterable<R>,
  { after, upTo, nowMs }: Range,
  visit: (row: R) => boolean,
): number {
  const endMs = nowMs() + SLICE_MS;
  let reached = after;
  try {
    for (const row of rows) {
      reached = row.number;
      if (!visit(row) || nowMs() >= endMs) return reached;
    }
  } catch (error) {
    if (reached === after) throw error;
    return reached;
  }
  return upTo;
}

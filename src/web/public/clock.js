/** What time it is at the service: the clock of the browser may be off. */

/** Clocks that differ by less are the same: the service tells whole seconds. */
const SAME_MS = 2_000;

let aheadMs = 0;

/** Milliseconds since 1970. */
export const now = () => Date.now() + aheadMs;

/** @param {string | null} time as the service says it */
export function setClock(time) {
  const differenceMs = Date.parse(time ?? '') - Date.now();
  if (!Number.isNaN(differenceMs)) aheadMs = Math.abs(differenceMs) < SAME_MS ? 0 : differenceMs;
}

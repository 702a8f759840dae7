import type { Database } from '../storage/sqlite.ts';
import type { Stamp } from './statements.ts';

/** No P1 meter is older: a clock that says less was not set. */
const FIRST_METERS = Date.UTC(2008, 0);
const DAY_MS = 86_400_000;

/**
 * The number behind which the letters stand that were received at a time or later, found in a few dozen reads however
 * many there are. Letters whose time cannot be true (a clock that was not set, or set ahead) count as neither: those
 * directly before the first one found belong to it, so that none is left out.
 *
 * @param time milliseconds since 1970, as is `nowMs`.
 */
export function lastBefore(db: Database, time: number, nowMs: number): number {
  const latest = nowMs < FIRST_METERS ? Infinity : nowMs + DAY_MS;
  const find = finder(db, ({ at }) => at >= FIRST_METERS && at <= latest);
  let before = 0;
  let behind = newest(db) + 1;
  while (behind - before > 1) {
    const middle = Math.floor((before + behind) / 2);
    const found = find(middle, behind);
    if (found !== undefined && found.at < time) before = found.seq;
    else behind = middle;
  }
  return before;
}

/** Finds the first letter with a true time from a number on, where those without stand in a row. */
export function finder(db: Database, isTrue: (row: Stamp) => boolean) {
  const first = db.prepare<[number, number], Stamp>(
    'SELECT seq, at FROM telegram WHERE seq >= ? AND seq < ? ORDER BY seq LIMIT 1',
  );
  return (from: number, behind: number): Stamp | undefined => {
    let last = first.get(from, behind);
    if (last === undefined || isTrue(last)) return last;
    let found: Stamp | undefined;
    let end = behind;
    // Steps that double, and that begin anew once one leads too far.
    for (let step = 1; last.seq + step < end; step *= 2) {
      const row = first.get(last.seq + step, end);
      if (row !== undefined && !isTrue(row)) {
        last = row;
        continue;
      }
      found = row ?? found;
      end = last.seq + step;
      step = 0.5;
    }
    return found;
  };
}

function newest(db: Database): number {
  return db.prepare<[], { seq: number | null }>('SELECT max(seq) AS seq FROM telegram').get()?.seq ?? 0;
}

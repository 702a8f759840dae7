import { fill, make, pairs } from '../dom.js';
import { amount } from '../format.js';
import { say } from '../words.js';

/** What each medium used since midnight; no card where there is none. `rows`: medium, unit, imported, exported. */
export function showToday(root, rows) {
  if (rows.length === 0) fill(root);
  else fill(root, make('h2', { id: 'today-title' }, say('today')), pairs(rows.flatMap(pairsOf)));
}

function pairsOf({ medium, unit, imported, exported }) {
  if (medium !== 'electricity') return [[say(medium), amount(imported, unit)]];
  return [
    [say('imported'), amount(imported, unit)],
    [say('exported'), amount(exported, unit)],
  ];
}

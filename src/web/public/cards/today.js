import { fill, make, pairs } from '../dom.js';
import { amount } from '../format.js';
import { say } from '../words.js';

/** What each medium used since midnight. `rows`: medium, unit, imported, exported. */
export function showToday(root, rows) {
  fill(
    root,
    make('h2', { id: 'today-title' }, say('today')),
    rows.length === 0 ? make('p', { class: 'faint' }, say('noData')) : pairs(rows.flatMap(pairsOf)),
  );
}

function pairsOf({ medium, unit, imported, exported }) {
  if (medium !== 'electricity') return [[say(medium), amount(imported, unit)]];
  return [
    [say('imported'), amount(imported, unit)],
    [say('exported'), amount(exported, unit)],
  ];
}

import { fill, make } from '../dom.js';
import { amount, moment, span } from '../format.js';
import { say } from '../words.js';

/** Stretches without telegrams, why, and what moved in them; and the balance, which has to be zero. No card before there is any. */
export function showGaps(root, { gaps, balances }) {
  if (balances.length === 0 && gaps.length === 0) {
    fill(root);
    return;
  }
  fill(
    root,
    make('h2', { id: 'gaps-title' }, say('gaps')),
    gaps.length === 0
      ? make('p', { class: 'good' }, say('noGaps'))
      : make('ul', { class: 'rows' }, ...gaps.map(showGap)),
    showBalances(balances),
  );
}

function showBalances(balances) {
  const isEven = balances.every(({ sum }) => sum === 0);
  const amounts = balances.map(({ medium, unit, sum }) => `${say(medium)} ${amount(sum, unit)}`).join(', ');
  return make('p', { class: isEven ? 'faint' : 'bad' }, say('unaccounted', { amounts }));
}

function showGap({ medium, from, to, seconds, cause, energy: moved, unit }) {
  const energy = amount(moved, unit);
  return make(
    'li',
    {},
    make('strong', {}, say(medium)),
    ' ',
    say('gap', { from: moment(from), to: moment(to), span: span(seconds), energy }),
    make('br'),
    make('span', { class: 'faint' }, say(`cause.${cause}`)),
  );
}

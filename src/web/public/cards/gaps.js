import { fill, make } from '../dom.js';
import { amount, moment, span } from '../format.js';
import { say } from '../words.js';

/** Stretches without telegrams, why, and what moved in them; and the balance, which has to be zero. */
export function showGaps(root, { gaps, unaccountedWh }) {
  fill(
    root,
    make('h2', { id: 'gaps-title' }, say('gaps')),
    unaccountedWh === undefined
      ? make('p', { class: 'faint' }, say('noData'))
      : gaps.length === 0
        ? make('p', { class: 'good' }, say('noGaps'))
        : make('ul', { class: 'rows' }, ...gaps.map(showGap)),
    unaccountedWh === undefined
      ? undefined
      : make(
          'p',
          { class: unaccountedWh === 0 ? 'faint' : 'bad' },
          say('unaccounted', { energy: amount(unaccountedWh, 'Wh') }),
        ),
  );
}

function showGap({ from, to, seconds, cause, energy: moved, unit }) {
  const energy = amount(moved, unit);
  return make(
    'li',
    {},
    say('gap', { from: moment(from), to: moment(to), span: span(seconds), energy }),
    make('br'),
    make('span', { class: 'faint' }, say(`cause.${cause}`)),
  );
}

import { fill, make, pairs } from '../dom.js';
import { count } from '../format.js';
import { say } from '../words.js';

/** How many telegrams of each source were accepted, and rejected for which reason. */
export function showTelegrams(root, sources) {
  fill(
    root,
    make('h2', { id: 'telegrams-title' }, say('telegrams')),
    ...sources.map((one) => showSource(one, sources.length > 1)),
  );
}

function showSource({ name, accepted, rejected, trouble }, isNamed) {
  const reasons = Object.entries(rejected).filter(([, amount]) => amount > 0);
  const rows = reasons.map(([reason, amount]) => [`${say('rejected')}: ${reason}`, count(amount)]);
  return make(
    'div',
    {},
    isNamed ? make('h3', {}, name) : undefined,
    pairs([[say('accepted'), count(accepted)], ...(rows.length === 0 ? [[say('rejected'), '0']] : rows)]),
    trouble === undefined ? undefined : make('p', { class: 'warn' }, trouble),
  );
}

import { fill, make } from '../dom.js';
import { count, moment } from '../format.js';
import { say } from '../words.js';

const LOOKS = { green: 'good', amber: 'warn', red: 'bad' };

/** Each endpoint: whether it takes what it is given, what waits, and what was wrong last. */
export function showEndpoints(root, endpoints) {
  fill(
    root,
    make('h2', { id: 'endpoints-title' }, say('endpoints')),
    endpoints.length === 0
      ? make('p', { class: 'faint' }, say('noEndpoints'))
      : make('ul', { class: 'rows' }, ...endpoints.map(showEndpoint)),
  );
}

function showEndpoint({ name, status, waiting, oldest, delivered, lastOk, lost, lastError }) {
  return make(
    'li',
    {},
    make('strong', {}, name),
    ' ',
    make('span', { class: `state ${LOOKS[status]}` }, say(`state.${status}`)),
    make('br'),
    waiting > 0 ? say('waiting', { n: count(waiting), time: moment(oldest) }) : say('nothingWaits'),
    make('br'),
    make(
      'span',
      { class: 'faint' },
      lastOk ? say('delivered', { n: count(delivered), time: moment(lastOk, 'clock') }) : say('notYet'),
    ),
    lost > 0 ? make('div', { class: 'bad' }, say('lost', { n: count(lost) })) : undefined,
    lastError ? make('div', { class: 'warn' }, lastError) : undefined,
  );
}

/** What anybody wants to know first, from how the service and each of its parts stand. */
import { count } from './format.js';
import { say } from './words.js';

const LOOKS = { pass: 'good', warn: 'warn', fail: 'bad' };
/** Silence of a meter for so long is a fault. */
const SILENT_S = 60;

/**
 * @param {{ status: 'pass' | 'warn' | 'fail', checks?: Record<string, object[]> }} health as `/healthz` answers
 * @param {object[]} endpoints as `endpointOf` makes them
 * @param {object[]} sources as `sourceOf` makes them
 * @returns {[look: string, text: string]} the text has a sentence for each part that is not well, the worst first
 */
export function verdictOn({ status, checks = {} }, endpoints, sources) {
  const parts = Object.entries(checks).map(([id, [check]]) => ({ ...check, ...splitId(id) }));
  const failing = parts.filter((part) => part.status === 'fail').flatMap(sayFailing);
  const others = [...sayWarnings(parts, endpoints), ...sayNever(parts, sources)];
  const said = [...failing, ...others];
  const look = status === 'pass' && said.length > 0 ? 'warn' : LOOKS[status];
  if (said.length > 0) return [look, said.join(' ')];
  return [look, say(status === 'pass' ? 'allWell' : 'somethingElse')];
}

function splitId(id) {
  const [part, ...name] = id.split(':');
  return { part, name: name.join(':') };
}

function sayFailing({ part, name, observedValue }) {
  if (part !== 'source') return [say('look', { names: name || part })];
  return [say(observedValue === undefined || observedValue > SILENT_S ? 'noMeter' : 'lostHere', { names: name })];
}

function sayWarnings(parts, endpoints) {
  const warned = parts.filter(({ status }) => status === 'warn');
  const names = (part) => warned.filter((one) => one.part === part).map(({ name }) => name);
  const behind = endpoints.filter(({ isBehind }) => isBehind);
  const lossy = endpoints.filter(({ lost }) => lost > 0);
  const told = [...behind, ...lossy].map(({ name }) => name);
  return [
    ...sayNames('noTelegramNow', names('source')),
    ...sayCount('behind', behind, 'waiting'),
    ...sayCount('notAll', lossy, 'lost'),
    ...sayNames(
      'look',
      names('endpoint').filter((name) => !told.includes(name)),
    ),
    ...(names('journal').length > 0 ? [say('diskWaits')] : []),
  ];
}

/** A source that is well and never had a telegram has yet to show that it works. */
function sayNever(parts, sources) {
  const told = parts.filter(({ part, status }) => part === 'source' && status !== 'pass').map(({ name }) => name);
  const never = sources.filter(({ name, isNew }) => isNew && !told.includes(name));
  return sayNames(
    'noMeterYet',
    never.map(({ name }) => name),
  );
}

const sayNames = (word, names) => (names.length === 0 ? [] : [say(word, { names: names.join(', ') })]);

/** How many telegrams it is, at which endpoints. */
function sayCount(word, endpoints, amount) {
  if (endpoints.length === 0) return [];
  const n = count(endpoints.reduce((sum, endpoint) => sum + endpoint[amount], 0));
  return [say(word, { n, names: endpoints.map(({ name }) => name).join(', ') })];
}

import { checkBrokers } from './brokers.ts';
import type { Draft } from './draft.ts';
import { isMap, valueAt, type Path } from './path.ts';
import { didYouMean } from './suggest.ts';

/**
 * Checks what no single setting shows: that there are sources, that names are unique, that each endpoint's source
 * exists, that a former name is free, that no authentication key stands without its key. `isOfAllSources` tells whether an
 * endpoint tells several meters apart. Works on a draft that may have other faults, so that a person hears of all of them at once.
 */
export function checkTogether(draft: Draft, isOfAllSources: (endpoint: unknown) => boolean): void {
  const sources = checkSources(draft);
  checkUnique(draft, sources);
  for (const { path } of sources) checkKeys(draft, path);
  const endpoints = members(draft, ['endpoints']);
  checkUnique(draft, endpoints);
  const names = [...new Set(sources.map(({ name }) => name))];
  for (const { path } of endpoints) checkSourceOf(draft, path, names, isOfAllSources);
  checkFormerNames(draft, endpoints);
  checkBrokers(draft, endpoints);
  checkCompat(draft, names);
  checkStream(draft, names);
}

interface Member {
  readonly path: Path;
  /** The name that it has or would get. */
  readonly name: string;
}

function checkSources(draft: Draft): Member[] {
  const [one, several] = [draft.get(['source']), draft.get(['sources'])];
  if (one === undefined && several === undefined) {
    draft.report(
      ['source'],
      'missing, expected where the bytes come from, such as { type: serial, port: /dev/ttyUSB0 }',
    );
  }
  if (one !== undefined && several !== undefined) {
    draft.report(['sources'], 'stands beside source, expected one of the two; put all meters under sources');
  }
  const all = [...member(one, ['source']), ...members(draft, ['sources'])];
  checkPosted(draft, all);
  return all;
}

/** What is made for others is served over http, and shows one of the sources. */
function checkCompat(draft: Draft, names: readonly string[]): void {
  for (const program of ['dsmrReader', 'homewizard']) {
    const served = ['compat', program];
    const shown = draft.get([...served, 'source']);
    if (typeof shown === 'string' && names.length > 0 && !names.includes(shown))
      draft.report(
        [...served, 'source'],
        `got "${shown}", expected the name of a source: ${names.join(', ')}${didYouMean(shown, names)}`,
      );
    if (isOn(draft, served) && String(draft.get(['http', 'enabled'])) === 'false')
      draft.report([...served, 'enabled'], 'stands without http, expected no http.enabled: false beside it');
  }
}

/** A stream carries one meter: whoever reads it cannot tell two apart. */
function checkStream(draft: Draft, names: readonly string[]): void {
  const path = ['stream'];
  if (isOn(draft, path) || draft.get([...path, 'source']) !== undefined) checkSource(draft, path, names, 'stream');
}

function isOn(draft: Draft, section: Path): boolean {
  return String(draft.get([...section, 'enabled'])) === 'true';
}

/** Posts come to the DSMR-reader that is served; one does not say which source it is for. */
function checkPosted(draft: Draft, sources: readonly Member[]): void {
  const posted = sources.filter(({ path }) => draft.get([...path, 'type']) === 'ingest');
  const [first] = posted;
  if (first !== undefined && !isOn(draft, ['compat', 'dsmrReader']))
    draft.report([...first.path, 'type'], 'is posted to, expected compat.dsmrReader.enabled: true');
  for (const { path } of posted.slice(1))
    draft.report([...path, 'type'], 'is a second ingest, expected one source that telegrams are posted to');
}

function checkKeys(draft: Draft, source: Path): void {
  if (draft.get([...source, 'key']) !== undefined) return;
  for (const setting of ['authenticationKey', 'tag']) {
    const path = [...source, setting];
    if (draft.get(path) !== undefined)
      draft.report(path, 'stands without key, expected the key of the meter beside it');
  }
}

function checkUnique(draft: Draft, all: readonly Member[]): void {
  for (const [index, { name, path }] of all.entries()) {
    const other = all.slice(0, index).find((earlier) => earlier.name === name);
    if (other !== undefined) draft.report([...path, 'name'], `"${name}" is taken already, expected a name of its own`);
  }
}

function checkSourceOf(
  draft: Draft,
  endpoint: Path,
  names: readonly string[],
  isOfAllSources: (endpoint: unknown) => boolean,
): void {
  checkSource(draft, endpoint, names, isOfAllSources(draft.get(endpoint)) ? undefined : 'server');
}

/** @param what it must be said for where there are several; undefined: it need not be. */
function checkSource(draft: Draft, reader: Path, names: readonly string[], what: string | undefined): void {
  const path = [...reader, 'source'];
  const chosen = draft.get(path);
  const known = names.join(', ');
  if (chosen === undefined && names.length > 1 && what !== undefined) {
    draft.report(path, `missing, expected one of ${known}; two meters in one ${what} cannot be told apart`);
  } else if (typeof chosen === 'string' && names.length > 0 && !names.includes(chosen)) {
    draft.report(path, `got "${chosen}", expected the name of a source: ${known}${didYouMean(chosen, names)}`);
  }
}

function checkFormerNames(draft: Draft, endpoints: readonly Member[]): void {
  const taken = new Set(endpoints.map(({ name }) => name));
  for (const { path: endpoint } of endpoints) {
    const path = [...endpoint, 'formerly'];
    const former = draft.get(path);
    if (typeof former !== 'string') continue;
    if (taken.has(former)) draft.report(path, `"${former}" is in use, expected a name that no endpoint has any more`);
    taken.add(former);
  }
}

function members(draft: Draft, path: Path): Member[] {
  const list = draft.get(path);
  return Array.isArray(list) ? list.flatMap((entry, index) => member(entry, [...path, index])) : [];
}

function member(value: unknown, path: Path): Member[] {
  const name = valueAt(value, ['name']) ?? valueAt(value, ['type']);
  return isMap(value) && typeof name === 'string' ? [{ path, name }] : [];
}

import type { z } from 'zod';
import { Draft } from './draft.ts';
import { setFromText } from './environment.ts';
import { findVariables, OFFICIAL_PREFIX, type OfficialName, type OfficialVariables } from './official-variables.ts';
import type { Path } from './path.ts';
import { didYouMean } from './suggest.ts';
import type { Surroundings } from './surroundings.ts';

/** By the input method that the script was told: our type of source, and its settings by variable. */
const INPUT_METHODS: Readonly<Record<string, InputMethod>> = {
  serial: {
    type: 'serial',
    settings: {
      SERIAL_PORT: 'port',
      SERIAL_BAUDRATE: 'baudRate',
      SERIAL_BYTESIZE: 'dataBits',
      SERIAL_PARITY: 'parity',
    },
  },
  ipv4: { type: 'tcp', settings: { NETWORK_HOST: 'host', NETWORK_PORT: 'port' } },
};

interface InputMethod {
  readonly type: string;
  readonly settings: { readonly [Name in OfficialName]?: string };
}

/** pyserial's letters in our words. */
const PARITIES: ReadonlyMap<string, string> = new Map([
  ['N', 'none'],
  ['E', 'even'],
]);

/**
 * A draft made of the variables of DSMR-reader's own remote datalogger script, so that p1-relay can take its place
 * with nothing changed; undefined where there are none, and then why some file could not be asked for them.
 * Source: DSMR-reader 5, documentation of the remote datalogger, "Configuration".
 */
export async function readOfficial(schema: z.core.$ZodType, surroundings: Surroundings): Promise<Official> {
  const variables = await findVariables(surroundings);
  if (variables.count === 0) return { unreadable: variables.unreadable };
  const draft = new Draft({}, `the ${OFFICIAL_PREFIX}… variables`);
  const set: Set = (path, name, text = variables.text(name)) => {
    if (text !== undefined) setFromText(draft, schema, path, text, variables.nameOf(name));
    else draft.set(path, undefined, variables.nameOf(name));
  };
  setSource(draft, variables, set);
  setEndpoints(draft, variables, set);
  if (isTrue(variables.text('DEBUG_LOGGING'))) set(['log', 'level'], 'DEBUG_LOGGING', 'debug');
  draft.warnings.push(...notices(variables));
  return { draft, unreadable: variables.unreadable };
}

export interface Official {
  readonly draft?: Draft;
  /** One line for each file that may hold variables and could not be read. */
  readonly unreadable: readonly string[];
}

/** Gives a setting the text of a variable; where that is missing, notes which variable it should have been. */
type Set = (path: Path, name: OfficialName, text?: string) => void;

function setSource(draft: Draft, variables: OfficialVariables, set: Set): void {
  const method = INPUT_METHODS[inputMethod(draft, variables)];
  if (method === undefined) return;
  draft.set(['source'], { type: method.type }, variables.nameOf('INPUT_METHOD'));
  for (const [name, setting] of Object.entries(method.settings) as [OfficialName, string][]) {
    const text = variables.text(name);
    set(['source', setting], name, name === 'SERIAL_PARITY' ? PARITIES.get(text ?? '') : undefined);
  }
  set(['source', 'silence'], 'TIMEOUT');
}

/** Where no known one is given, the draft is refused, and goes on with any, for the checks that follow to find more. */
function inputMethod(draft: Draft, variables: OfficialVariables): string {
  const method = variables.text('INPUT_METHOD');
  const known = Object.keys(INPUT_METHODS);
  if (method !== undefined && known.includes(method)) return method;
  const got = method === undefined ? 'missing' : `got "${method}"`;
  const expected = `expected one of ${known.join(', ')}${didYouMean(method ?? '', known)}`;
  draft.problems.push(`${variables.nameOf('INPUT_METHOD')}: ${got}, ${expected}`);
  return 'serial';
}

function setEndpoints(draft: Draft, variables: OfficialVariables, set: Set): void {
  const [urls, keys] = [listOf(variables, 'API_HOSTS'), listOf(variables, 'API_KEYS')];
  if (urls.length === 0 || urls.length !== keys.length) {
    reportLists(draft, variables, urls.length, keys.length);
    return;
  }
  for (const [index, url] of urls.entries()) {
    const path = ['endpoints', index];
    draft.set(path, { type: 'dsmr-v1', name: `server${index + 1}` });
    set([...path, 'url'], 'API_HOSTS', url);
    set([...path, 'key'], 'API_KEYS', keys[index]);
    set([...path, 'timeout'], 'TIMEOUT');
    if (!isShort(variables.text('SLEEP'))) set([...path, 'interval'], 'SLEEP');
  }
}

function reportLists(draft: Draft, variables: OfficialVariables, urls: number, keys: number): void {
  const [hostsName, keysName] = [variables.nameOf('API_HOSTS'), variables.nameOf('API_KEYS')];
  if (urls === 0)
    draft.problems.push(`${hostsName}: missing, expected the address of a server such as http://192.168.1.10:7777`);
  if (keys === 0)
    draft.problems.push(`${keysName}: missing, expected an API key for each of ${hostsName}, in its order`);
  if (urls > 0 && keys > 0)
    draft.problems.push(`${keysName}: got ${keys}, expected ${urls}: one for each of ${hostsName}, in its order`);
}

/** Below a second the script slept to spare the processor; from a second on, to send less. */
function isShort(seconds: string | undefined): boolean {
  return Number(seconds) < 1;
}

function listOf(variables: OfficialVariables, name: OfficialName): string[] {
  const entries = variables.text(name)?.split(',') ?? [];
  return entries.map((entry) => entry.trim()).filter((entry) => entry !== '');
}

function isTrue(text: string | undefined): boolean {
  return /^(1|t|true|y|yes|on)$/i.test(text ?? '');
}

function notices(variables: OfficialVariables): string[] {
  const notes: string[] = [];
  const [older] = variables.older;
  if (older !== undefined)
    notes.push(`${older}: an older name, still read; it is ${OFFICIAL_PREFIX}… since DSMR-reader 5`);
  if (variables.text('MIN_SLEEP_FOR_RECONNECT') !== undefined) {
    const name = variables.nameOf('MIN_SLEEP_FOR_RECONNECT');
    notes.push(`${name}: ignored, the wait before a new connection grows from 1 s to 30 s by itself`);
  }
  return notes;
}

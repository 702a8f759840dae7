import { join } from 'node:path';
import type { z } from 'zod';
import { Draft } from './draft.ts';
import { setFromText } from './environment.ts';
import type { Path } from './path.ts';
import type { Surroundings } from './surroundings.ts';
import { didYouMean } from './suggest.ts';
import { explain, readText } from './text-file.ts';

/**
 * The variables of DSMR-reader's own remote datalogger script, so that p1-relay can take its place with nothing
 * changed. Source: DSMR-reader v5, `dsmr_datalogger_api_client.py` and its page on the remote datalogger.
 */
export const OFFICIAL_PREFIX = 'DSMRREADER_REMOTE_DATALOGGER_';
/** Their names up to DSMR-reader v4. */
const OLDER_PREFIX = 'DATALOGGER_';
const DOTENV_OF_DSMR_USER = 'home/dsmr/.env';

/** Settings of the source by the input method that the script was told. */
const INPUT_METHODS: Readonly<Record<string, InputMethod>> = {
  serial: {
    type: 'serial',
    required: { SERIAL_PORT: 'port' },
    optional: { SERIAL_BAUDRATE: 'baudRate', SERIAL_BYTESIZE: 'dataBits', SERIAL_PARITY: 'parity' },
  },
  ipv4: { type: 'tcp', required: { NETWORK_HOST: 'host', NETWORK_PORT: 'port' }, optional: {} },
};

/** pyserial's letters. */
const WORDS: Readonly<Record<string, string>> = { N: 'none', E: 'even' };

const OTHERS = [
  'INPUT_METHOD',
  'API_HOSTS',
  'API_KEYS',
  'TIMEOUT',
  'SLEEP',
  'MIN_SLEEP_FOR_RECONNECT',
  'DEBUG_LOGGING',
];
const NAMES = [...OTHERS, ...Object.values(INPUT_METHODS).flatMap((method) => Object.keys(namesOf(method)))];

interface InputMethod {
  readonly type: string;
  /** From the variable's name, without its prefix, to the setting. */
  readonly required: Readonly<Record<string, string>>;
  readonly optional: Readonly<Record<string, string>>;
}

/** What one variable says, and what it is called where it was found. */
interface Variable {
  readonly text: string;
  readonly name: string;
}
type Variables = ReadonlyMap<string, Variable>;

/** A draft made of the script's variables; undefined where there are none. */
export async function readOfficial(schema: z.core.$ZodType, surroundings: Surroundings): Promise<Draft | undefined> {
  const { variables, unreadable } = await findVariables(surroundings);
  if (variables.size === 0) return undefined;
  const draft = new Draft({}, `the ${OFFICIAL_PREFIX}… variables`);
  draft.warnings.push(...unreadable);
  const set = (path: Path, name: string, text = variables.get(name)?.text) => {
    if (text !== undefined) setFromText(draft, schema, path, WORDS[text] ?? text, nameOf(variables, name));
  };
  setSource(draft, variables, set);
  setEndpoints(draft, variables, set);
  if (isTrue(variables.get('DEBUG_LOGGING')?.text)) set(['log', 'level'], 'DEBUG_LOGGING', 'debug');
  draft.warnings.push(...notices(variables));
  return draft;
}

type Set = (path: Path, name: string, text?: string) => void;

function setSource(draft: Draft, variables: Variables, set: Set): void {
  const name = variables.get('INPUT_METHOD')?.text;
  const method = name !== undefined && Object.hasOwn(INPUT_METHODS, name) ? INPUT_METHODS[name] : undefined;
  if (method === undefined) {
    const known = Object.keys(INPUT_METHODS);
    const got = name === undefined ? 'missing' : `got "${name}"`;
    draft.problems.push(
      `${nameOf(variables, 'INPUT_METHOD')}: ${got}, expected one of ${known.join(', ')}${didYouMean(name ?? '', known)}`,
    );
    // The draft is refused already: any source lets the checks that follow go on to what else is wrong.
    draft.set(['source'], { type: 'serial' });
    return;
  }
  draft.set(['source'], { type: method.type }, nameOf(variables, 'INPUT_METHOD'));
  for (const [variable, setting] of Object.entries(namesOf(method))) set(['source', setting], variable);
  for (const variable of Object.keys(method.required)) requireVariable(draft, variables, variable);
  set(['source', 'silence'], 'TIMEOUT');
}

function setEndpoints(draft: Draft, variables: Variables, set: Set): void {
  const [urls, keys] = [listOf(variables, 'API_HOSTS'), listOf(variables, 'API_KEYS')];
  requireVariable(draft, variables, 'API_HOSTS');
  requireVariable(draft, variables, 'API_KEYS');
  if (urls.length > 0 && keys.length > 0 && urls.length !== keys.length) {
    const [hosts, name] = [nameOf(variables, 'API_HOSTS'), nameOf(variables, 'API_KEYS')];
    draft.problems.push(`${name}: got ${keys.length}, expected ${urls.length}: one for each of ${hosts}, in its order`);
    return;
  }
  for (const [index, url] of urls.entries()) {
    const path = ['endpoints', index];
    draft.set(path, { type: 'dsmr-v1', name: `server${index + 1}` });
    set([...path, 'url'], 'API_HOSTS', url);
    set([...path, 'key'], 'API_KEYS', keys[index]);
    set([...path, 'timeout'], 'TIMEOUT');
    if (!isShort(variables.get('SLEEP')?.text)) set([...path, 'interval'], 'SLEEP');
  }
}

/** Below a second the script slept to spare the processor; from a second on, to send less. */
function isShort(seconds: string | undefined): boolean {
  return Number(seconds) < 1;
}

function requireVariable(draft: Draft, variables: Variables, name: string): void {
  if (variables.get(name) === undefined)
    draft.problems.push(`${nameOf(variables, name)}: missing, expected what DSMR-reader's own script needs`);
}

function listOf(variables: Variables, name: string): string[] {
  const entries = variables.get(name)?.text.split(',') ?? [];
  return entries.map((entry) => entry.trim()).filter((entry) => entry !== '');
}

function notices(variables: Variables): string[] {
  const older = [...variables.values()].find(({ name }) => name.startsWith(OLDER_PREFIX));
  const ignored = variables.get('MIN_SLEEP_FOR_RECONNECT');
  return [
    ...(older ? [`${older.name}: an older name, still read; it is ${OFFICIAL_PREFIX}… since DSMR-reader 5`] : []),
    ...(ignored ? [`${ignored.name}: ignored, the wait before a new connection grows from 1 s to 30 s by itself`] : []),
  ];
}

/** By their name without prefix. The environment wins over `./.env`, that over the one of the user `dsmr`. */
async function findVariables({
  env,
  cwd,
  root,
}: Surroundings): Promise<{ variables: Variables; unreadable: string[] }> {
  const variables = new Map<string, Variable>();
  const unreadable: string[] = [];
  for (const path of [join(root, DOTENV_OF_DSMR_USER), join(cwd, '.env')]) {
    try {
      collect(variables, parseDotenv((await readText(path)) ?? ''));
    } catch (error) {
      unreadable.push(`${path} ${explain(error)}`);
    }
  }
  collect(variables, env);
  return { variables, unreadable };
}

function collect(variables: Map<string, Variable>, from: Surroundings['env']): void {
  for (const prefix of [OLDER_PREFIX, OFFICIAL_PREFIX]) {
    for (const name of NAMES) {
      const text = from[prefix + name]?.trim();
      if (text) variables.set(name, { text, name: prefix + name });
    }
  }
}

/** The lines `NAME=value` of a .env file, with or without quotes, as python-decouple reads them for the script. */
function parseDotenv(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/^[ \t]*([A-Z0-9_]+)[ \t]*=(.*)$/gm)) {
    variables[name] = unquote(value.trim());
  }
  return variables;
}

function unquote(text: string): string {
  return /^(["']).*\1$/.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}

function isTrue(text: string | undefined): boolean {
  return /^(1|t|true|y|yes|on)$/i.test(text ?? '');
}

function nameOf(variables: Variables, name: string): string {
  return variables.get(name)?.name ?? OFFICIAL_PREFIX + name;
}

function namesOf({ required, optional }: InputMethod): Readonly<Record<string, string>> {
  return { ...required, ...optional };
}

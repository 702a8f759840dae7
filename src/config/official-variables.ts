import { join } from 'node:path';
import type { Surroundings } from './surroundings.ts';
import { explain, readText } from './text-file.ts';

export const OFFICIAL_PREFIX = 'DSMRREADER_REMOTE_DATALOGGER_';
/** The prefix up to DSMR-reader 4. */
const OLDER_PREFIX = 'DATALOGGER_';
const DOTENV_OF_DSMR_USER = 'home/dsmr/.env';

const NAMES = [
  'INPUT_METHOD',
  'SERIAL_PORT',
  'SERIAL_BAUDRATE',
  'SERIAL_BYTESIZE',
  'SERIAL_PARITY',
  'NETWORK_HOST',
  'NETWORK_PORT',
  'API_HOSTS',
  'API_KEYS',
  'TIMEOUT',
  'SLEEP',
  'MIN_SLEEP_FOR_RECONNECT',
  'DEBUG_LOGGING',
] as const;
/** A variable of DSMR-reader's script, without its prefix. */
export type OfficialName = (typeof NAMES)[number];

/** What the variables of DSMR-reader's script say, and what each is called where it was found. */
export interface OfficialVariables {
  /** Undefined where the variable is missing or empty. */
  text(name: OfficialName): string | undefined;
  /** The whole name; of a missing one, the name that it should have. */
  nameOf(name: OfficialName): string;
  /** How many there are. */
  readonly count: number;
  /** Whole names of those with the older prefix. */
  readonly older: readonly string[];
  /** Why a list of variables could not be read, one line a file. */
  readonly unreadable: readonly string[];
}

/** Collects the variables. The environment wins over `./.env`, that over the `.env` of the user `dsmr`. */
export async function findVariables({ env, cwd, root }: Surroundings): Promise<OfficialVariables> {
  const found = new Map<OfficialName, { readonly text: string; readonly name: string }>();
  const unreadable: string[] = [];
  const collect = (from: Surroundings['env']) => {
    for (const name of NAMES) {
      for (const whole of [OLDER_PREFIX + name, OFFICIAL_PREFIX + name]) {
        const text = from[whole]?.trim();
        if (text) found.set(name, { text, name: whole });
      }
    }
  };
  for (const path of [join(root, DOTENV_OF_DSMR_USER), join(cwd, '.env')]) {
    await readText(path).then(
      (text) => collect(parseDotenv(text ?? '')),
      (error: unknown) => unreadable.push(`${path}: ${explain(error)}`),
    );
  }
  collect(env);
  return {
    count: found.size,
    text: (name) => found.get(name)?.text,
    nameOf: (name) => found.get(name)?.name ?? OFFICIAL_PREFIX + name,
    older: [...found.values()].map(({ name }) => name).filter((name) => name.startsWith(OLDER_PREFIX)),
    unreadable,
  };
}

/** The lines `NAME=value` of a .env file, with or without quotes, as python-decouple reads them for the script. */
function parseDotenv(text: string): Record<string, string> {
  const lines = text.matchAll(/^[ \t]*([A-Z0-9_]+)[ \t]*=(.*)$/gm);
  return Object.fromEntries(Array.from(lines, ([, name = '', value = '']) => [name, unquote(value.trim())]));
}

function unquote(text: string): string {
  return /^(["']).*\1$/.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}

import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError, NoConfig } from './config-error.ts';
import { readDocument } from './document.ts';
import { Draft } from './draft.ts';
import { settingVariables } from './environment.ts';
import { OFFICIAL_PREFIX } from './official-variables.ts';
import { readOfficial } from './official.ts';
import { isMap } from './path.ts';
import type { ConfigSchema } from './schema.ts';
import type { Surroundings } from './surroundings.ts';
import { explain, readText } from './text-file.ts';

const SYSTEM_FILE = 'etc/p1-relay/config.yaml';
const LOCAL_FILE = 'config.yaml';
const EXAMPLE = fileURLToPath(new URL('../../deploy/config.example.yaml', import.meta.url));
const HOW_TO_BEGIN = `to begin, copy ${EXAMPLE} to /etc/p1-relay/config.yaml and fill in port, url and key`;

/** A draft before the `P1_RELAY_…` variables are laid over it. */
export interface Beginning {
  readonly draft: Draft;
  /** The configuration file, where there is one. */
  readonly file?: string;
}

/**
 * Makes the draft: of the file that was named (`option`, else `P1_RELAY_CONFIG`), else of the first file that is in
 * one of the usual places, else of the variables of DSMR-reader's script; or empty, where `P1_RELAY_…` variables alone
 * name a source. Throws {@link ConfigError} where there is none of these.
 */
export async function begin(
  schema: ConfigSchema,
  surroundings: Surroundings,
  option: string | undefined,
): Promise<Beginning> {
  const { env, cwd, root } = surroundings;
  const named = option ?? (env['P1_RELAY_CONFIG'] || undefined);
  for (const name of named === undefined ? [join(root, SYSTEM_FILE), LOCAL_FILE] : [named]) {
    const file = resolve(cwd, name);
    const draft = await draftOf(name, file);
    if (draft !== undefined) return { draft, file };
  }
  if (named !== undefined) throw new ConfigError([`${named}: does not exist; ${HOW_TO_BEGIN}`]);
  return beginWithoutFile(schema, surroundings);
}

async function beginWithoutFile(schema: ConfigSchema, surroundings: Surroundings): Promise<Beginning> {
  const { env, cwd, root } = surroundings;
  const official = await readOfficial(schema, surroundings);
  if (official.draft !== undefined) return { draft: official.draft };
  if (settingVariables(env).some((name) => name.startsWith('P1_RELAY_SOURCE'))) return { draft: new Draft({}) };
  const nothing = `no ${join(root, SYSTEM_FILE)}, no ${LOCAL_FILE} in ${cwd} and no ${OFFICIAL_PREFIX}… variable`;
  throw new NoConfig([...official.unreadable, `no configuration: there is ${nothing}; ${HOW_TO_BEGIN}`]);
}

async function draftOf(name: string, file: string): Promise<Draft | undefined> {
  const text = await readText(file).catch((error: unknown) => {
    throw new ConfigError([`${name}: ${explain(error)}`]);
  });
  if (text === undefined) return undefined;
  const { values, problems, locate } = readDocument(text, name);
  if (!isMap(values)) throw new ConfigError(problems);
  const draft = new Draft(values, name, locate);
  draft.problems.push(...problems);
  return draft;
}

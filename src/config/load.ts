import { dirname, join, resolve } from 'node:path';
import { endpointTypes } from '../endpoints/index.ts';
import { sourceTypes } from '../sources/index.ts';
import { assemble, type Config } from './config.ts';
import { readDocument } from './document.ts';
import { Draft } from './draft.ts';
import { applyEnvironment, settingVariables } from './environment.ts';
import { OFFICIAL_PREFIX, readOfficial } from './official.ts';
import { formatPath, isMap, type Path } from './path.ts';
import { configSchema, type ConfigSchema, type Families } from './schema.ts';
import { resolveSecrets } from './secrets.ts';
import { stateDir } from './state-dir.ts';
import type { Surroundings } from './surroundings.ts';
import { explain, isOpenToAll, readText } from './text-file.ts';
import { checkTogether } from './together.ts';
import { validate } from './validate.ts';

/** All that is wrong with a configuration, one complete line each: `file:line:col path: got …, expected …; hint`. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

export interface LoadedConfig {
  readonly config: Config;
  /** What a person should know though it stops nothing, one line each. */
  readonly warnings: readonly string[];
  /** Where the settings come from, for the line that the service starts with. */
  readonly origin: string;
}

export interface LoadOptions extends Omit<Surroundings, 'root'> {
  /** The file of `--config`, where it was given. */
  readonly file?: string | undefined;
  readonly root?: string;
  /** The kinds of sources and endpoints that there are; by default all that the program has. */
  readonly families?: Families;
}

const SYSTEM_FILE = 'etc/p1-relay/config.yaml';
const LOCAL_FILE = 'config.yaml';

/**
 * Reads the configuration: a YAML file (`--config`, `P1_RELAY_CONFIG`, `/etc/p1-relay/config.yaml` or `./config.yaml`,
 * the first that is there), else the variables of DSMR-reader's own script; `P1_RELAY_…` variables over either.
 * Throws {@link ConfigError} and nothing else.
 */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const { families = { sources: sourceTypes, endpoints: endpointTypes }, root = '/', env, cwd } = options;
  const schema = configSchema(families);
  const { draft, file } = await begin(schema, { env, cwd, root }, options.file);
  applyEnvironment(draft, schema, env);
  const folder = file === undefined ? cwd : dirname(file);
  const inPlainText = await resolveSecrets(draft, schema, { env, cwd: folder });
  checkTogether(draft);
  const settings = validate(draft, schema);
  if (settings === undefined || draft.problems.length > 0) throw new ConfigError(inOrder(draft.problems));
  if (file !== undefined) await warnOfReaders(draft, file, inPlainText);
  const config = assemble(settings, families, await stateDir(settings.state.dir, { env, cwd, root }));
  return { config, warnings: draft.warnings, origin: draft.origins.join(' and ') };
}

interface Beginning {
  readonly draft: Draft;
  /** The configuration file, where there is one. */
  readonly file?: string;
}

/** The draft before the `P1_RELAY_…` variables: from a file, from the script's variables, or still empty. */
async function begin(schema: ConfigSchema, surroundings: Surroundings, option: string | undefined): Promise<Beginning> {
  const { env, cwd, root } = surroundings;
  const named = option ?? (env['P1_RELAY_CONFIG'] || undefined);
  for (const file of named === undefined ? [join(root, SYSTEM_FILE), LOCAL_FILE] : [named]) {
    const draft = await readFile(file, resolve(cwd, file));
    if (draft !== undefined) return { draft, file: resolve(cwd, file) };
  }
  if (named !== undefined)
    throw new ConfigError([`${named}: does not exist, expected the configuration; ${HOW_TO_BEGIN}`]);
  const official = await readOfficial(schema, surroundings);
  if (official !== undefined) return { draft: official };
  if (settingVariables(env).some((name) => name.startsWith('P1_RELAY_SOURCE'))) return { draft: new Draft({}) };
  throw new ConfigError([
    `no configuration: there is no ${join(root, SYSTEM_FILE)}, no ${LOCAL_FILE} in ${cwd} and no ${OFFICIAL_PREFIX}… variable; ${HOW_TO_BEGIN}`,
  ]);
}

const HOW_TO_BEGIN =
  'to begin, copy deploy/config.example.yaml to /etc/p1-relay/config.yaml and fill in port, url and key';

async function readFile(name: string, path: string): Promise<Draft | undefined> {
  const text = await readText(path).catch((error: unknown) => {
    throw new ConfigError([`${name}: ${explain(error)}`]);
  });
  if (text === undefined) return undefined;
  const { values, problems, locate } = readDocument(text, name);
  if (!isMap(values)) throw new ConfigError(problems);
  const draft = new Draft(values, name, locate);
  draft.problems.push(...problems);
  return draft;
}

async function warnOfReaders(draft: Draft, file: string, secrets: readonly Path[]): Promise<void> {
  if (secrets.length === 0 || !(await isOpenToAll(file))) return;
  const names = secrets.map(formatPath).join(', ');
  draft.warnings.push(
    `${file}: every user of this machine can read it, and it holds ${names}; chmod 640, or use {credential: NAME}`,
  );
}

/** Each once, by file, line and column. */
function inOrder(problems: readonly string[]): string[] {
  const collator = new Intl.Collator('en', { numeric: true });
  return [...new Set(problems)].sort((a, b) => collator.compare(a, b));
}

import { dirname } from 'node:path';
import { endpointTypes } from '../endpoints/index.ts';
import { sourceTypes } from '../sources/index.ts';
import { begin } from './begin.ts';
import { assemble, type Config } from './config.ts';
import { ConfigError } from './config-error.ts';
import type { Draft } from './draft.ts';
import { applyEnvironment } from './environment.ts';
import { formatPath, isMap, type Path } from './path.ts';
import { configSchema, type Families } from './schema.ts';
import { leaveSecrets, resolveSecrets } from './secrets.ts';
import { stateDir } from './state-dir.ts';
import type { Surroundings } from './surroundings.ts';
import { isOpenToAll } from './text-file.ts';
import { checkTogether } from './together.ts';
import { validate } from './validate.ts';

export { ConfigError };

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
  /** `left` for a command that sends nothing: the service's secrets may not be readable for whoever asks. */
  readonly secrets?: 'read' | 'left';
  /** See {@link Surroundings}; by default `/`. */
  readonly root?: string;
  /** The kinds of sources and endpoints that there are; by default all that the program has. */
  readonly families?: Families;
}

const FAMILIES: Families = { sources: sourceTypes, endpoints: endpointTypes };

/**
 * Reads the configuration: a YAML file (`--config`, `P1_RELAY_CONFIG`, `/etc/p1-relay/config.yaml` or `./config.yaml`,
 * the first that is there), else the variables of DSMR-reader's own script; `P1_RELAY_…` variables over either.
 * Throws {@link ConfigError} and nothing else.
 */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const { env, cwd, root = '/', families = FAMILIES } = options;
  const schema = configSchema(families);
  const { draft, file } = await begin(schema, { env, cwd, root }, options.file);
  applyEnvironment(draft, schema, env);
  const folder = file === undefined ? cwd : dirname(file);
  const inPlainText = options.secrets === 'left' ? [] : await resolveSecrets(draft, schema, env, folder);
  if (options.secrets === 'left') leaveSecrets(draft, schema);
  checkTogether(draft, (endpoint) => isOfAllSources(endpoint, families));
  const settings = validate(draft, schema);
  if (settings === undefined || draft.problems.length > 0) throw new ConfigError(draft.problems);
  if (file !== undefined) await warnOfReaders(draft, file, inPlainText);
  const config = assemble(settings, families, await stateDir(settings.state.dir, { env, cwd, root }));
  return { config, warnings: draft.warnings, origin: draft.origins.join(' and ') };
}

/** Whether an endpoint, as a person wrote it, tells several meters apart. */
function isOfAllSources(endpoint: unknown, { endpoints }: Families): boolean {
  if (!isMap(endpoint)) return false;
  return endpoints[String(endpoint['type'])]?.isOfAllSources?.(endpoint) === true;
}

async function warnOfReaders(draft: Draft, file: string, secrets: readonly Path[]): Promise<void> {
  if (secrets.length === 0 || !(await isOpenToAll(file))) return;
  const names = secrets.map(formatPath).join(', ');
  draft.warnings.push(
    `${file}: every user of this machine can read it, and it holds ${names}; chmod 640, or use {credential: NAME}`,
  );
}

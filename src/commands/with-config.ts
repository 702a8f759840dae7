import { resolve } from 'node:path';
import type { Command } from 'commander';
import { loadConfigAside } from '../config/aside.ts';
import { ConfigError, NoConfig } from '../config/config-error.ts';
import type { Config } from '../config/config.ts';
import type { LoadedConfig } from '../config/load.ts';
import { stateDir } from '../config/state-dir.ts';
import type { Io, Outcome } from './command.ts';

/** `--config`, the same for every command that needs one. */
export function configOption(command: Command): Command {
  return command.option(
    '-c, --config <file>',
    'configuration file (default: /etc/p1-relay/config.yaml, else ./config.yaml)',
  );
}

/** Loads the configuration and goes on with it, or prints everything that is wrong with it. */
export async function withConfig(
  options: Readonly<Record<string, unknown>>,
  { env, stderr }: Io,
  work: (loaded: LoadedConfig) => Promise<Outcome>,
): Promise<Outcome> {
  return orTold(stderr, async () =>
    work(await loadConfigAside({ file: fileOf(options), env: { ...env }, cwd: process.cwd() })),
  );
}

/** Where the service of this configuration keeps its state, and the configuration where there is one. */
export interface Whereabouts {
  readonly stateDir: string;
  readonly config: Config | undefined;
}

/**
 * For commands that ask the service or look at its files: no secret is read, and without a configuration (the service
 * may have been given variables that this shell has not) the usual state directory is taken.
 */
export async function withState(
  options: Readonly<Record<string, unknown>>,
  { env, stderr }: Io,
  work: (whereabouts: Whereabouts) => Promise<Outcome>,
): Promise<Outcome> {
  return orTold(stderr, async () => work(await whereabouts(fileOf(options), env)));
}

/** The work, or a line for each thing that is wrong with the configuration. */
async function orTold(stderr: Io['stderr'], work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    stderr.write(`${error.problems.join('\n')}\n`);
    return 'bad-configuration';
  }
}

async function whereabouts(file: string | undefined, env: Io['env']): Promise<Whereabouts> {
  const cwd = process.cwd();
  try {
    const { config } = await loadConfigAside({ file, env: { ...env }, cwd, secrets: 'left' });
    return { stateDir: config.stateDir.path, config };
  } catch (error) {
    if (!(error instanceof NoConfig)) throw error;
    const named = env['P1_RELAY_STATE__DIR'];
    const { path } = await stateDir(named === undefined ? undefined : resolve(cwd, named), { env, cwd, root: '/' });
    return { stateDir: path, config: undefined };
  }
}

function fileOf({ config }: Readonly<Record<string, unknown>>): string | undefined {
  return typeof config === 'string' ? config : undefined;
}

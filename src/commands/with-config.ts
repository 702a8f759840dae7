import type { Command } from 'commander';
import { ConfigError, loadConfig, type LoadedConfig } from '../config/load.ts';
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
  const { config: file } = options;
  try {
    const loaded = await loadConfig({ file: typeof file === 'string' ? file : undefined, env, cwd: process.cwd() });
    return await work(loaded);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    stderr.write(`${error.problems.join('\n')}\n`);
    return 'bad-configuration';
  }
}

import { join } from 'node:path';
import { runAgent } from '../agent.ts';
import { ConfigError } from '../config/config-error.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/config.ts';
import { lockHolder } from '../storage/lock-holder.ts';
import { createLog, type Log } from '../telemetry/log.ts';
import type { CommandDefinition, Io, Outcome } from './command.ts';
import { configOption, withConfig } from './with-config.ts';

/** Runs the service until it is told to stop. */
export const run: CommandDefinition = {
  name: 'run',
  summary: 'read the meter and deliver its telegrams, until stopped',
  examples: ['p1-relay run --config /etc/p1-relay/config.yaml', 'p1-relay run --until-delivered'],
  arguments: (command) =>
    configOption(command).option(
      '--until-delivered',
      'end once every source has ended and nothing waits (for captures); exit 1 if anything was rejected, refused or lost',
    ),
  run: (_args, options, io) =>
    withConfig(options, io, (loaded) => serve(loaded, options['untilDelivered'] === true, io)),
};

async function serve(
  { config, warnings, origin }: LoadedConfig,
  untilDelivered: boolean,
  { env, signal }: Io,
): Promise<Outcome> {
  const log = createLog({ level: config.log.level, secrets: secretsOf(config), env });
  for (const warning of warnings) log.warn(warning);
  log.info(`configuration from ${origin}; state in ${config.stateDir.path} (${config.stateDir.reason})`);
  try {
    return (await runAgent({ config, log, env, untilDelivered }, signal)) ? 'ok' : 'failed';
  } catch (error) {
    return explain(error, config, log);
  }
}

/** Errors that keep the service from starting at all; the outside world's come and go and end nothing. */
function explain(error: unknown, { stateDir }: Config, log: Log): Outcome {
  if (error instanceof ConfigError) throw error;
  const { name, message } = error as Error;
  if (name === 'DatabaseInUse') {
    const pid = lockHolder(join(stateDir.path, 'journal.db'));
    const holder = pid === undefined ? '' : ` (process ${pid})`;
    log.error(
      `another p1-relay already runs with state directory ${stateDir.path}${holder}; stop it, or give this one its own state.dir`,
    );
    return 'unavailable';
  }
  if (name === 'DatabaseTooNew') {
    log.error(message);
    return 'bad-configuration';
  }
  if (name === 'StateDenied') {
    log.error(
      `state directory ${stateDir.path} (${stateDir.reason}): ${message}, expected a folder that this user may write; name one in state.dir`,
    );
    return 'bad-configuration';
  }
  log.error(`cannot go on: ${message}`);
  return 'failed';
}

/** What settings of sources and endpoints are called that nobody may see. */
const SECRETS = ['key', 'password', 'token', 'secret'];

function secretsOf({ sources, endpoints }: Config): string[] {
  const ofMeters = sources.flatMap(({ decryption }) => [decryption?.key, decryption?.authenticationKey]);
  const ofOthers = [...sources, ...endpoints].flatMap(({ settings }) => SECRETS.map((name) => settings[name]));
  return [...ofMeters, ...ofOthers].filter((secret) => typeof secret === 'string');
}

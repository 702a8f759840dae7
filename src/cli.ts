#!/usr/bin/env -S MALLOC_ARENA_MAX=1 node --max-semi-space-size=1 --optimize-for-size --v8-pool-size=1 --liftoff-only
import { Command } from 'commander';
import type { CommandDefinition, Outcome } from './commands/command.ts';
import { programVersion } from './version.ts';

// The flags above halve the memory of a service that mostly waits (93 MB of its own to under 40): V8 otherwise lets
// garbage lie as if the machine were all its own. With `node dist/cli.js` it works the same, in more memory.

/** Each command is loaded only when it is asked for: a service needs no simulator in memory. */
const commands: Readonly<Record<string, () => Promise<CommandDefinition>>> = {
  run: async () => (await import('./commands/run.ts')).run,
  check: async () => (await import('./commands/check.ts')).check,
  decode: async () => (await import('./commands/decode.ts')).decode,
  fields: async () => (await import('./commands/fields.ts')).fields,
  ports: async () => (await import('./commands/ports.ts')).ports,
  simulate: async () => (await import('./commands/simulate.ts')).simulate,
  replay: async () => (await import('./commands/replay.ts')).replay,
  outbox: async () => (await import('./commands/outbox.ts')).outbox,
  journal: async () => (await import('./commands/journal.ts')).journal,
  keys: async () => (await import('./commands/keys.ts')).keys,
  history: async () => (await import('./commands/history.ts')).history,
  health: async () => (await import('./commands/health.ts')).health,
};

const EXIT_CODES: Readonly<Record<Outcome, number>> = {
  ok: 0,
  failed: 1,
  unavailable: 69,
  'bad-configuration': 78,
};
const EXIT_USAGE = 2;
/** What is still open this long after the work is done does not keep the process. */
const LINGER_MS = 2_000;

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());
// Whoever read the output may have gone (`p1-relay decode … | head`): that is no error of ours.
process.stdout.on('error', () => stop.abort());

await main(process.argv[2]);

async function main(asked: string | undefined): Promise<void> {
  const program = new Command('p1-relay')
    .description("Reads a smart meter's P1 port and delivers every telegram to DSMR-reader, in order and without loss.")
    .version(programVersion());
  endsWithUsage(program);
  const known = commands[asked ?? ''];
  for (const load of known === undefined ? Object.values(commands) : [known])
    program.addCommand(toCommander(await load()));
  try {
    await program.parseAsync();
  } catch (error) {
    process.stderr.write(`p1-relay: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = EXIT_CODES.failed;
  }
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

function toCommander(definition: CommandDefinition): Command {
  const command = new Command(definition.name)
    .description(definition.summary)
    .addHelpText('after', ['', 'Examples:', ...definition.examples.map((line) => `  $ ${line}`)].join('\n'));
  endsWithUsage(command);
  return definition.arguments(command).action(async () => {
    const { stdin, stdout, stderr, env } = process;
    const outcome = await definition.run(command.args, command.opts(), {
      stdin,
      stdout,
      stderr,
      env,
      signal: stop.signal,
    });
    process.exitCode = EXIT_CODES[outcome];
  });
}

/** What commander finds wrong is a mistake in the command line; help and version are none. */
function endsWithUsage(command: Command): void {
  command.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE));
}

#!/usr/bin/env node
import { Command } from 'commander';
import { check } from './commands/check.ts';
import type { CommandDefinition, Outcome } from './commands/command.ts';
import { decode } from './commands/decode.ts';
import { health } from './commands/health.ts';
import { outbox } from './commands/outbox.ts';
import { run } from './commands/run.ts';

const commands: readonly CommandDefinition[] = [run, check, decode, outbox, health];

const EXIT_CODES: Readonly<Record<Outcome, number>> = {
  ok: 0,
  failed: 1,
  unavailable: 69,
  'bad-configuration': 78,
};
const EXIT_USAGE = 2;

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());

const program = new Command('p1-relay')
  .description("Reads a smart meter's P1 port and delivers every telegram to DSMR-reader, in order and without loss.")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE));
for (const command of commands) program.addCommand(toCommander(command));
await program.parseAsync();

function toCommander(definition: CommandDefinition): Command {
  const command = new Command(definition.name)
    .description(definition.summary)
    .addHelpText('after', ['', 'Examples:', ...definition.examples.map((line) => `  $ ${line}`)].join('\n'))
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE));
  return definition.arguments(command).action(async () => {
    const io = {
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
      env: process.env,
      signal: stop.signal,
    };
    const outcome = await definition.run(command.args, command.opts(), io);
    process.exitCode = EXIT_CODES[outcome];
  });
}

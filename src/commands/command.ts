import type { Readable, Writable } from 'node:stream';
import type { Command } from 'commander';

/** How a command ended. `cli.ts` alone knows the exit code of each. */
export type Outcome = 'ok' | 'failed' | 'unavailable' | 'bad-configuration';

/** What a command may touch of the process: everything else it is given by name. */
export interface Io {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

/** One command of the program: its arguments as commander knows them, and what it does. */
export interface CommandDefinition {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Lines that a person can copy, shown under `--help`. */
  readonly examples: readonly string[];
  /** Adds arguments and options. */
  arguments(command: Command): Command;
  /** Arguments in the order they were declared; options by their camelCase name. */
  run(args: readonly string[], options: Readonly<Record<string, unknown>>, io: Io): Promise<Outcome>;
}

import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { decode } from '../../src/commands/decode.ts';

interface Run {
  readonly outcome: string;
  readonly printed: string;
  readonly errors: string;
}

/** Runs `decode` as the command line does: its options parsed by commander, `input` on standard input, its output captured. */
export async function runDecode(input: Buffer, ...args: string[]): Promise<Run> {
  const command = decode.arguments(new Command('decode')).parse(args, { from: 'user' });
  const [stdin, stdout, stderr] = [Readable.from([input]), new PassThrough(), new PassThrough()];
  const printed = text(stdout);
  const errors = text(stderr);
  const io = { stdin, stdout, stderr, env: {}, signal: new AbortController().signal };
  const outcome = await decode.run(command.args, command.opts(), io);
  stdout.end();
  stderr.end();
  return { outcome, printed: await printed, errors: await errors };
}

import { join } from 'node:path';
import { ask, NoService } from '../service/control.ts';
import type { CommandDefinition, Io, Outcome } from './command.ts';
import { configOption, withState } from './with-config.ts';

/** What of the service's answer this command reads; the rest is for `--json`. */
interface Answer {
  readonly status: 'pass' | 'warn' | 'fail';
  readonly summary: string;
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

interface Rejected {
  readonly source: string;
  readonly at: string;
  readonly reason: string;
  readonly raw: string;
}

/** Tells how the running service is: for a person, a container's health check or a monitor. */
export const health: CommandDefinition = {
  name: 'health',
  summary: 'tell whether the running service is well (exit 0), or not (exit 1); exit 69 where none runs',
  examples: ['p1-relay health', 'p1-relay health --json', 'p1-relay health --rejected'],
  arguments: (command) =>
    configOption(command)
      .option('--rejected', 'print the bytes of the newest rejected telegrams, for a diagnosis')
      .option('--json', 'print JSON'),
  run: (_args, options, io) =>
    withState(options, io, async ({ stateDir }) => {
      const socket = join(stateDir, 'control.sock');
      try {
        return options['rejected'] === true
          ? await showRejected(socket, io)
          : await show(socket, options['json'] === true, io);
      } catch (error) {
        if (!(error instanceof NoService)) throw error;
        io.stderr.write(`no p1-relay runs with state directory ${stateDir}; start it, or name its --config\n`);
        return 'unavailable';
      }
    }),
};

async function show(socket: string, json: boolean, { stdout }: Io): Promise<Outcome> {
  const answer = (await ask(socket, 'GET', '/health')) as Answer;
  const text = [
    `${answer.status}: ${answer.summary}`,
    ...[...answer.problems, ...answer.notes].map((line) => `  ${line}`),
  ].join('\n');
  stdout.write(`${json ? JSON.stringify(answer, null, 2) : text}\n`);
  return answer.status === 'fail' ? 'failed' : 'ok';
}

/** Headed by why and when; the bytes as they came, which `p1-relay decode` can read. */
async function showRejected(socket: string, { stdout }: Io): Promise<Outcome> {
  const rejected = (await ask(socket, 'GET', '/rejections')) as Rejected[];
  for (const { source, at, reason, raw } of rejected) {
    stdout.write(`# ${source} ${at} ${reason}, ${raw.length} bytes\n`);
    stdout.write(Buffer.from(`${raw}\n`, 'latin1'));
  }
  if (rejected.length === 0) stdout.write('nothing was rejected since the start\n');
  return 'ok';
}

import { InvalidArgumentError, Option } from 'commander';
import { candidates, examine, reasonToLeaveAlone, type Candidate } from '../serial/candidates.ts';
import { mostTelling } from '../serial/hearing.ts';
import { LISTEN_MS, P1_LINES } from '../serial/lines.ts';
import { listenTo } from '../serial/listen.ts';
import type { CommandDefinition, Io } from './command.ts';
import { describePort, toText, type PortReport } from './ports-report.ts';

/** Lists the serial ports of this machine, and what talks on each. */
export const ports: CommandDefinition = {
  name: 'ports',
  summary: 'list the serial ports and say what is heard on each; exit 1 where no meter is',
  examples: ['p1-relay ports', 'p1-relay ports --listen 0', 'p1-relay ports --listen 30 --json /dev/ttyUSB0'],
  arguments: (command) =>
    command
      .argument('[port...]', 'listen to these alone, such as /dev/ttyS0, in the place of all USB ports and ttyAMA0')
      .addOption(
        new Option('--listen <seconds>', 'for how long at each speed; 0 opens no port')
          .default(LISTEN_MS / 1_000)
          .argParser(readSeconds),
      )
      .option('--json', 'print JSON'),
  async run(paths, options, io) {
    const listenMs = Number(options['listen']) * 1_000;
    const all = paths.length > 0 ? await Promise.all(paths.map((path) => examine(path))) : await candidates();
    if (listenMs > 0) announce(all, listenMs, io);
    const reports = await Promise.all(all.map((candidate) => report(candidate, listenMs, io.signal)));
    io.stdout.write(options['json'] === true ? `${JSON.stringify(reports, null, 2)}\n` : toText(reports));
    const isWell = listenMs === 0 ? reports.length > 0 : reports.some(hasMeter);
    return isWell ? 'ok' : 'failed';
  },
};

const MOST_SECONDS = 600;

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (!/^\d+$/.test(text) || seconds > MOST_SECONDS)
    throw new InvalidArgumentError(`Expected whole seconds, 0 to ${MOST_SECONDS}.`);
  return seconds;
}

/** One port that is listened to need not wait for another. */
function announce(all: readonly Candidate[], listenMs: number, { stderr }: Io): void {
  const open = all.filter((candidate) => reasonToLeaveAlone(candidate) === undefined).length;
  if (open === 0) return;
  const seconds = (listenMs * P1_LINES.length) / 1_000;
  stderr.write(`listening to ${open} of ${all.length} ports, for ${seconds} s or a little longer\n`);
}

async function report(candidate: Candidate, listenMs: number, signal: AbortSignal): Promise<PortReport> {
  if (reasonToLeaveAlone(candidate) !== undefined || listenMs === 0) return describePort(candidate, {});
  try {
    return describePort(candidate, { hearing: mostTelling(await listenTo(candidate.path, listenMs, signal)) });
  } catch (error) {
    return describePort(candidate, { trouble: (error as Error).message });
  }
}

function hasMeter({ state, holder }: PortReport): boolean {
  return state === 'meter' || holder?.isOurs === true;
}

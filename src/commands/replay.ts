import { Option, InvalidArgumentError, type Command } from 'commander';
import { endpointTypes } from '../endpoints/index.ts';
import { measure, MS } from '../settings/measure.ts';
import type { ReplayState } from '../journal/replays.ts';
import { FASTEST_ADAPTIVE } from '../outbox/pace.ts';
import {
  fileReplayDesk,
  remoteReplayDesk,
  type ReplayDesk,
  type ReplayRow,
  type ReplayWish,
} from '../service/replay-desk.ts';
import { count, span } from '../telemetry/wording.ts';
import type { CommandDefinition, Io, Outcome } from './command.ts';
import { onJournal } from './on-journal.ts';
import { readMoment } from './read-moment.ts';
import { configOption, withState, type Whereabouts } from './with-config.ts';

/** Sends a kept period to an endpoint once more. */
export const replay: CommandDefinition = {
  name: 'replay',
  summary: 'send a kept period to an endpoint once more, in order, without what its server has already',
  examples: [
    'p1-relay replay --endpoint vps --from 2026-01-31 --to 2026-02-03T12:00 --dry-run',
    'p1-relay replay --endpoint vps --from beginning',
    'p1-relay replay --endpoint vps --from 2d --interval 10s --rate 5',
    'p1-relay replay --endpoint vps --cancel',
  ],
  arguments: (command) =>
    configOption(command)
      .requiredOption('-e, --endpoint <name>', 'where to send it')
      .addOption(new Option('--from <moment>', 'begin with what was received then').argParser(readMoment))
      .addOption(new Option('--to <moment>', 'end with what was received then; default: now').argParser(readMoment))
      .addOption(new Option('--rate <rate>', RATE_HELP).argParser(readRate).default('adaptive'))
      .addOption(
        new Option('--interval <time>', 'one telegram in this time').argParser(readSpan).default(0, 'every one'),
      )
      .option('--dry-run', 'only say what would be sent')
      .option('--cancel', 'end the replay that is under way')
      .option('--json', 'print JSON')
      .hook('preAction', requireFrom),
  run: (_args, options, io) =>
    withState(options, io, (whereabouts) => {
      const work = (desk: ReplayDesk): Promise<Outcome> => act(desk, options, whereabouts, io);
      return onJournal(whereabouts, io, {
        service: (socket) => work(remoteReplayDesk(socket)),
        files: (files) => work(fileReplayDesk(files)),
      });
    }),
};

async function act(
  desk: ReplayDesk,
  options: Readonly<Record<string, unknown>>,
  whereabouts: Whereabouts,
  io: Io,
): Promise<Outcome> {
  if (options['cancel'] === true) return told(await desk.end(String(options['endpoint'])), io);
  const wish = wishOf(options);
  const row = await desk.begin(wish);
  const steps = stepsAfter(wish.endpoint, whereabouts);
  io.stdout.write(
    options['json'] === true ? `${JSON.stringify({ ...row, steps }, null, 2)}\n` : `${text(row, wish, steps)}\n`,
  );
  return 'ok';
}

const RATE_HELP = `adaptive (at most half of the server's time, at most ${FASTEST_ADAPTIVE} a second), off, or telegrams a second`;

function readSpan(text: string): number {
  const ms = measure(text, MS);
  if (Number.isNaN(ms)) throw new InvalidArgumentError('Expected a time such as 10s or 1m.');
  return ms;
}

function readRate(text: string): ReplayWish['rate'] {
  if (text === 'adaptive' || text === 'off') return text;
  const rate = Number(text);
  if (rate > 0 && rate <= 1_000) return rate;
  throw new InvalidArgumentError('Expected adaptive, off, or a number of telegrams a second up to 1000.');
}

function requireFrom(command: Command): void {
  if (command.getOptionValue('from') !== undefined || command.getOptionValue('cancel') === true) return;
  command.error('error: from when? say --from TIME, or --from beginning');
}

function wishOf(options: Readonly<Record<string, unknown>>): ReplayWish {
  return {
    endpoint: String(options['endpoint']),
    fromAt: Number(options['from']),
    toAt: Number(options['to'] ?? Date.now()),
    rate: options['rate'] as ReplayWish['rate'],
    intervalMs: Number(options['interval']),
    isDry: options['dryRun'] === true,
  };
}

function text(
  { endpoint, letters, fromAt, toAt }: ReplayRow,
  { rate, isDry }: ReplayWish,
  steps: readonly string[],
): string {
  const [from = '', to = ''] = [fromAt, toAt].map((at) => new Date(at).toISOString());
  const what = `${count(letters, 'telegram')} received from ${from} to ${to}`;
  if (letters === 0) return `nothing to send to ${endpoint}: ${what}`;
  const seconds = rate === 'off' ? undefined : letters / (rate === 'adaptive' ? FASTEST_ADAPTIVE : rate);
  const takes = seconds === undefined ? '' : `, which takes ${span(seconds * 1_000)} or more`;
  return [
    `${isDry ? 'would send' : 'sending'} to ${endpoint}: ${what}, oldest first, without those that its server has${takes}`,
    `what waits for ${endpoint} goes behind them${isDry ? '' : '; `p1-relay outbox` shows how far it is'}`,
    ...(steps.length > 0 ? ['then, on the server:', ...steps.map((step) => `  - ${step}`)] : []),
  ].join('\n');
}

function stepsAfter(endpoint: string, { config }: Whereabouts): readonly string[] {
  const type = config?.endpoints.find(({ name }) => name === endpoint)?.type;
  return Object.entries(endpointTypes).find(([known]) => known === type)?.[1].afterReplay ?? [];
}

function told(ended: ReplayState | null, { stdout, stderr }: Io): Outcome {
  if (ended === null) {
    stderr.write('no replay is under way for this endpoint\n');
    return 'failed';
  }
  const { endpoint, sent, found, thinned, refused } = ended;
  stdout.write(
    `ended the replay to ${endpoint}: ${sent} sent, ${found} were there, ${thinned} thinned, ${refused} refused\n`,
  );
  return 'ok';
}

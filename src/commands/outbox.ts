import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import type { Changed } from '../journal/dead-letters.ts';
import type { DeadRow, Desk, OutboxRow } from '../service/desk.ts';
import { fileDesk } from '../service/file-desk.ts';
import { remoteDesk } from '../service/remote-desk.ts';
import { count, span } from '../telemetry/wording.ts';
import type { CommandDefinition, Io, Outcome } from './command.ts';
import { onJournal } from './on-journal.ts';
import { table } from './table.ts';
import { configOption, withState } from './with-config.ts';

/** Shows what waits for each endpoint, and what is to become of dead letters. */
export const outbox: CommandDefinition = {
  name: 'outbox',
  summary: 'show what waits for each endpoint; list, retry or drop dead letters',
  examples: [
    'p1-relay outbox',
    'p1-relay outbox dead --endpoint home',
    'p1-relay outbox retry --endpoint home --id 3 4',
    'p1-relay outbox drop --endpoint home',
  ],
  arguments: (command) =>
    configOption(command)
      .addArgument(new Argument('[action]', 'what to do').choices(ACTIONS).default('list'))
      .option('-e, --endpoint <name>', 'this endpoint only; must be named to retry or drop')
      .addOption(new Option('--id <id...>', 'these dead letters only').argParser(readIds))
      .option('--json', 'print JSON')
      .hook('preAction', requireEndpoint),
  run: ([action = 'list'], options, io) =>
    withState(options, io, (whereabouts) =>
      onJournal(whereabouts, io, {
        service: (socket) => act(remoteDesk(socket), action, options, io),
        files: (files) => act(fileDesk(files), action, options, io),
      }),
    ),
};

const ACTIONS = ['list', 'dead', 'retry', 'drop'];

function readIds(text: string, earlier: readonly number[] = []): readonly number[] {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('Expected a number that `p1-relay outbox dead` shows.');
  return [...earlier, Number(text)];
}

function requireEndpoint(command: Command): void {
  const [action = 'list'] = command.args;
  if (command.getOptionValue('endpoint') !== undefined || !['retry', 'drop'].includes(action)) return;
  command.error(`error: which endpoint? say \`p1-relay outbox ${action} --endpoint NAME\``);
}

async function act(desk: Desk, action: string, options: Readonly<Record<string, unknown>>, io: Io): Promise<Outcome> {
  const endpoint = options['endpoint'] as string | undefined;
  const json = options['json'] === true;
  if (action === 'list') return print(io, await desk.list(), json, listText);
  if (action === 'dead') return print(io, await allDead(desk, endpoint), json, deadText);
  const choice = { endpoint: endpoint ?? '', ids: options['id'] as readonly number[] | undefined };
  const changed = action === 'retry' ? await desk.retry(choice) : await desk.drop(choice);
  return tell(io, changed, action, choice.endpoint, json);
}

async function allDead(desk: Desk, endpoint: string | undefined): Promise<DeadRow[]> {
  const all: DeadRow[] = [];
  for (;;) {
    const page = await desk.dead({ endpoint, after: all.at(-1)?.id ?? 0 });
    if (page.length === 0) return all;
    all.push(...page);
  }
}

function tell(io: Io, changed: Changed, action: string, endpoint: string, json: boolean): Outcome {
  const { missing } = changed;
  const text = action === 'retry' ? 'will be sent again' : 'dropped';
  print(io, { changed: changed.count, missing }, json, () => `${count(changed.count, 'dead letter')} ${text}`);
  if (missing.length === 0) return 'ok';
  io.stderr.write(`endpoint ${endpoint} has no dead letter ${missing.join(', ')}; ${WHERE_LISTED}\n`);
  return 'failed';
}

const WHERE_LISTED = '`p1-relay outbox dead` lists those it has';

function listText(rows: readonly OutboxRow[]): string {
  if (rows.length === 0) return 'no endpoints';
  const heads = [
    'endpoint',
    'state',
    'waiting',
    'oldest',
    'gone in',
    'delivered',
    'thinned',
    'dropped',
    'dead',
    'aside',
  ];
  const lines = rows.map(
    ({ name, state, waiting, oldestAt, drainedInMs, delivered, thinned, dropped, dead, aside }) => {
      const gone = waiting === 0 ? '-' : drainedInMs === undefined ? 'unknown' : span(drainedInMs);
      return [name, state, waiting, oldestAt ?? '-', gone, delivered, thinned, dropped, dead, aside];
    },
  );
  return [table(heads, lines), ...rows.flatMap(whyText), ...rows.flatMap(replayText)].join('\n');
}

function whyText({ name, state, since, reason, remedy }: OutboxRow): string[] {
  if (reason === undefined) return [];
  return [`${name}: ${state} since ${since ?? ''}: ${reason}${remedy === undefined ? '' : `; ${remedy}`}`];
}

function replayText({ name, replay }: OutboxRow): string[] {
  if (replay === undefined) return [];
  const { sent, found, thinned, refused, position, last } = replay;
  return [
    `${name}: replay: ${sent} sent, ${found} were there, ${thinned} thinned, ${refused} refused, about ${last - position} to go`,
  ];
}

function deadText(rows: readonly DeadRow[]): string {
  const dead = rows.filter(({ aside }) => !aside);
  const aside = rows.filter((row) => row.aside);
  const texts = [dead.length === 0 ? 'no dead letters' : table(DEAD_HEADS, dead.map(toCells))];
  if (aside.length > 0) texts.push(`${SET_ASIDE}:`, table(DEAD_HEADS, aside.map(toCells)));
  return texts.join('\n');
}

const DEAD_HEADS = ['id', 'endpoint', 'received', 'refused', 'again', 'reason'];
const SET_ASIDE = 'set aside, until the letters behind them tell whether they are to blame or the server';

function toCells({ id, endpoint, receivedAt, buriedAt, retry, reason }: DeadRow): (string | number)[] {
  return [id, endpoint, receivedAt, buriedAt, retry ? 'yes' : 'no', reason];
}

function print<T>({ stdout }: Io, value: T, json: boolean, text: (value: T) => string): Outcome {
  stdout.write(`${json ? JSON.stringify(value, null, 2) : text(value)}\n`);
  return 'ok';
}

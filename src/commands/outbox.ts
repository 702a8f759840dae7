import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import { placesOf } from '../config/places.ts';
import { openJournalStore } from '../journal/open.ts';
import { NoService } from '../service/control.ts';
import type { DeadRow, Desk, OutboxRow } from '../service/desk.ts';
import { fileDesk } from '../service/file-desk.ts';
import { remoteDesk } from '../service/remote-desk.ts';
import { count, span } from '../telemetry/wording.ts';
import type { CommandDefinition, Io, Outcome } from './command.ts';
import { table } from './table.ts';
import { configOption, withState, type Whereabouts } from './with-config.ts';

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
    withState(options, io, (whereabouts) => onDesk(whereabouts, io, (desk) => act(desk, action, options, io))),
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

type Work = (desk: Desk) => Promise<Outcome>;

/** The service that runs, or, where none does, its files. */
async function onDesk({ stateDir, config }: Whereabouts, io: Io, work: Work): Promise<Outcome> {
  try {
    return await work(remoteDesk(join(stateDir, 'control.sock')));
  } catch (error) {
    if (error instanceof NoService) return onFiles({ stateDir, config }, io, work);
    throw error;
  }
}

async function onFiles({ stateDir, config }: Whereabouts, io: Io, work: Work): Promise<Outcome> {
  if (config === undefined || !existsSync(join(stateDir, 'journal.db'))) {
    io.stderr.write(
      `no p1-relay runs with state directory ${stateDir}, and it keeps no journal there; name its --config\n`,
    );
    return 'unavailable';
  }
  const { store } = openJournalStore({ ...config.journal, folder: stateDir, endpoints: placesOf(config) });
  try {
    return await work(fileDesk(store));
  } finally {
    store.close();
  }
}

async function act(desk: Desk, action: string, options: Readonly<Record<string, unknown>>, io: Io): Promise<Outcome> {
  const endpoint = options['endpoint'] as string | undefined;
  const json = options['json'] === true;
  if (action === 'list') return print(io, await desk.list(), json, listText);
  if (action === 'dead') return print(io, await desk.dead(endpoint), json, deadText);
  const choice = { endpoint: endpoint ?? '', ids: options['id'] as readonly number[] | undefined };
  const changed = action === 'retry' ? await desk.retry(choice) : await desk.drop(choice);
  const text = action === 'retry' ? 'will be sent again' : 'dropped';
  return print(io, { changed }, json, () => `${count(changed, 'dead letter')} ${text}`);
}

function listText(rows: readonly OutboxRow[]): string {
  if (rows.length === 0) return 'no endpoints';
  const heads = ['endpoint', 'state', 'waiting', 'oldest', 'gone in', 'delivered', 'thinned', 'dropped', 'dead'];
  const lines = rows.map(({ name, state, waiting, oldestAt, drainedInMs, delivered, thinned, dropped, dead }) => {
    const gone = waiting === 0 ? '-' : drainedInMs === undefined ? 'unknown' : span(drainedInMs);
    return [name, state, waiting, oldestAt ?? '-', gone, delivered, thinned, dropped, dead];
  });
  return [table(heads, lines), ...rows.flatMap(whyText)].join('\n');
}

function whyText({ name, state, since, reason, remedy }: OutboxRow): string[] {
  if (reason === undefined) return [];
  return [`${name}: ${state} since ${since ?? ''}: ${reason}${remedy === undefined ? '' : `; ${remedy}`}`];
}

function deadText(rows: readonly DeadRow[]): string {
  if (rows.length === 0) return 'no dead letters';
  const heads = ['id', 'endpoint', 'received', 'refused', 'again', 'reason'];
  return table(
    heads,
    rows.map((row) => [row.id, row.endpoint, row.receivedAt, row.buriedAt, row.retry ? 'yes' : 'no', row.reason]),
  );
}

function print<T>({ stdout }: Io, value: T, json: boolean, text: (value: T) => string): Outcome {
  stdout.write(`${json ? JSON.stringify(value, null, 2) : text(value)}\n`);
  return 'ok';
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openJournalStore } from '../journal/open.ts';
import { BadRequest, NoService } from '../service/control.ts';
import type { DeadRow, Desk, OutboxRow } from '../service/desk.ts';
import { fileDesk } from '../service/file-desk.ts';
import { remoteDesk } from '../service/remote-desk.ts';
import { span } from '../telemetry/wording.ts';
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
      .argument('[action]', 'list, dead, retry or drop', 'list')
      .option('-e, --endpoint <name>', 'this endpoint only; must be named to retry or drop')
      .option('--id <id...>', 'these dead letters only')
      .option('--json', 'print JSON'),
  run: ([action = 'list'], options, io) =>
    withState(options, io, (whereabouts) => onDesk(whereabouts, io, (desk) => act(desk, action, toAsked(options), io))),
};

interface Asked {
  readonly endpoint: string | undefined;
  readonly ids: readonly number[] | undefined;
  readonly json: boolean;
}

/** The service that runs, or, where none does, its files. */
async function onDesk(
  { stateDir, config }: Whereabouts,
  io: Io,
  work: (desk: Desk) => Promise<Outcome>,
): Promise<Outcome> {
  try {
    return await work(remoteDesk(join(stateDir, 'control.sock')));
  } catch (error) {
    if (error instanceof BadRequest) return complain(io, error.message);
    if (!(error instanceof NoService)) throw error;
  }
  if (config === undefined || !existsSync(join(stateDir, 'journal.db'))) {
    io.stderr.write(
      `no p1-relay runs with state directory ${stateDir}, and it keeps no journal there; name its --config\n`,
    );
    return 'unavailable';
  }
  const source = config.sources[0]?.name;
  const endpoints = config.endpoints.map((endpoint) => ({ name: endpoint.name, source: endpoint.source ?? source }));
  const { store } = openJournalStore({ ...config.journal, folder: stateDir, endpoints });
  try {
    return await work(fileDesk(store));
  } finally {
    store.close();
  }
}

async function act(desk: Desk, action: string, asked: Asked, io: Io): Promise<Outcome> {
  const { endpoint, ids, json } = asked;
  if (action === 'list') return print(io, await desk.list(), json, listText);
  if (action === 'dead') return print(io, await desk.dead(endpoint), json, deadText);
  if (action !== 'retry' && action !== 'drop')
    return complain(io, `got action ${action}, expected list, dead, retry or drop`);
  if (endpoint === undefined) return complain(io, `which endpoint? say \`p1-relay outbox ${action} --endpoint NAME\``);
  const changed = await desk[action]({ endpoint, ids });
  const text = action === 'retry' ? 'will be sent again' : 'dropped';
  return print(io, { changed }, json, () => `${changed} dead letters ${text}`);
}

function toAsked({ endpoint, id, json }: Readonly<Record<string, unknown>>): Asked {
  const ids = Array.isArray(id) ? id.map(Number) : undefined;
  return { endpoint: typeof endpoint === 'string' ? endpoint : undefined, ids, json: json === true };
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

function complain({ stderr }: Io, message: string): Outcome {
  stderr.write(`${message}\n`);
  return 'failed';
}

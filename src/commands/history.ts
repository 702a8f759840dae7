import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Argument } from 'commander';
import type { Config } from '../config/config.ts';
import type { Balance, HistoryState, Meter } from '../history/answers.ts';
import { HISTORY_FILE, HistoryReader } from '../history/read.ts';
import type { HistoryProgress } from '../history/source-history.ts';
import type { StoppedJournal } from '../journal/stopped.ts';
import { remoteProgress, remoteRebuild } from '../service/history-desk.ts';
import type { CommandDefinition, Io, Outcome } from './command.ts';
import { rebuildStopped } from './history-rebuild.ts';
import { onJournal } from './on-journal.ts';
import { table } from './table.ts';
import { configOption, withState } from './with-config.ts';

/** Shows what the history holds, whether every watt-hour of it is accounted for, and makes it anew from the journal. */
export const history: CommandDefinition = {
  name: 'history',
  summary: 'show what the history of usage holds, or make it anew from the journal',
  examples: ['p1-relay history status', 'p1-relay history status --json', 'p1-relay history rebuild'],
  arguments: (command) =>
    configOption(command)
      .addArgument(new Argument('[action]', 'what to do').choices(Object.keys(ACTIONS)).default('status'))
      .option('--json', 'status: print JSON'),
  run: ([action = 'status'], options, io) =>
    withState(options, io, ({ stateDir, config }) => ACTIONS[action as Action]({ stateDir, config, options, io })),
};

interface Given {
  readonly stateDir: string;
  readonly config: Config | undefined;
  readonly options: Readonly<Record<string, unknown>>;
  readonly io: Io;
}

const ACTIONS = { status, rebuild };
type Action = keyof typeof ACTIONS;

async function status({ stateDir, config, options, io }: Given): Promise<Outcome> {
  const show = (progress: readonly HistoryProgress[]): Outcome => {
    const path = join(stateDir, HISTORY_FILE);
    if (!existsSync(path)) return unavailable(stateDir, io);
    const shown = look(path);
    const text = options['json'] === true ? JSON.stringify({ ...shown, progress }, null, 2) : asText(shown, progress);
    io.stdout.write(`${text}\n`);
    return shown.balances.some(({ unaccounted }) => unaccounted !== 0) ? 'failed' : 'ok';
  };
  return onJournal({ stateDir, config }, io, {
    service: async (socket) => show(await remoteProgress(socket)),
    files: () => Promise.resolve(show([])),
  });
}

async function rebuild({ stateDir, config, io }: Given): Promise<Outcome> {
  return onJournal({ stateDir, config }, io, {
    service: (socket) => rebuildRunning(socket, io),
    files: (files) => files.look((journal) => rebuildHere(journal, config, io)),
  });
}

async function rebuildRunning(socket: string, io: Io): Promise<Outcome> {
  await remoteRebuild(socket);
  io.stdout.write('the history is being made anew; the log of the service says when that is done\n');
  return 'ok';
}

async function rebuildHere(journal: StoppedJournal, config: Config | undefined, io: Io): Promise<Outcome> {
  if (config === undefined) throw new Error('the meters must be known by their configuration; name it with --config');
  const telegrams = await rebuildStopped(journal, config, io.signal);
  io.stdout.write(`the history was made anew from ${telegrams} telegrams of the journal\n`);
  return 'ok';
}

function unavailable(stateDir: string, io: Io): Outcome {
  io.stderr.write(`there is no history in ${stateDir}: history.enabled is false, or the service has not run yet\n`);
  return 'unavailable';
}

/** Without the model, which the log does not show either: some meters print their number in it. */
interface Shown {
  readonly state: HistoryState;
  readonly meters: readonly Meter[];
  readonly balances: readonly Balance[];
}

function look(path: string): Shown {
  const reader = new HistoryReader(path);
  try {
    const meters = reader.meters().map((meter) => ({ ...meter, model: undefined }));
    const balances = meters.flatMap(({ id }) => reader.balance(id, 0, Number.MAX_SAFE_INTEGER) ?? []);
    return { state: reader.state(), meters, balances };
  } finally {
    reader.close();
  }
}

function asText({ state, meters, balances }: Shown, progress: readonly HistoryProgress[]): string {
  const size = `${state.records} minutes kept, ids ${state.oldestId ?? '-'} to ${state.newestId ?? '-'}; ${Math.ceil(state.bytes / 1e6)} MB`;
  const rows = meters.map(({ id, medium, unit, lastAtS }) => {
    const balance = balances.find(({ meter }) => meter === id);
    const figures = [balance?.registerImported, balance?.recordsImported, balance?.gapsImported, balance?.unaccounted];
    return [id, medium, unit, time(lastAtS), ...figures.map((figure) => figure ?? 0)];
  });
  const heads = ['meter', 'medium', 'unit', 'last reading', 'by register', 'in minutes', 'in gaps', 'unaccounted'];
  const behind = progress
    .filter(({ isCaughtUp }) => !isCaughtUp)
    .map(({ source, seq }) => `source ${source}: the journal is being read, up to letter ${seq} so far`);
  return [size, ...(rows.length === 0 ? [] : [table(heads, rows)]), ...behind].join('\n\n');
}

function time(atS: number): string {
  return new Date(1_000 * atS).toISOString().replace('.000', '');
}

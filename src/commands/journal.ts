import { Argument, type Command } from 'commander';
import { fileJournalDesk, remoteJournalDesk, type JournalDesk } from '../service/journal-desk.ts';
import { moment } from '../settings/moment.ts';
import { isDamage } from '../storage/sqlite.ts';
import type { CommandDefinition, Io, Outcome } from './command.ts';
import { exportTelegrams } from './journal-export.ts';
import { showStats } from './journal-stats.ts';
import { showUnread, showVerdict } from './journal-verify.ts';
import { onJournal } from './on-journal.ts';
import { readMoment } from './read-moment.ts';
import { configOption, withState } from './with-config.ts';

/** Shows what the journal keeps, proves that it is whole, and gives its telegrams back. */
export const journal: CommandDefinition = {
  name: 'journal',
  summary: 'show what the journal keeps, verify that it is whole, or export its telegrams',
  examples: [
    'p1-relay journal stats',
    'p1-relay journal verify',
    'p1-relay journal export 2026-01-31 2026-02-01 > january-31.bin',
    'p1-relay journal export 2d now --source meter | p1-relay decode',
  ],
  arguments: (command) =>
    configOption(command)
      .addArgument(new Argument('[action]', 'what to do').choices(Object.keys(ACTIONS)).default('stats'))
      .addArgument(new Argument('[from]', `export: from when on: ${A_MOMENT}`).argParser(readMoment))
      .addArgument(new Argument('[to]', 'export: up to when, likewise').argParser(readMoment))
      .option('-s, --source <name>', 'export: the telegrams of this source only')
      .option('--json', 'stats and verify: print JSON')
      .hook('preAction', requireMoments),
  run: ([action = 'stats', ...times], options, io) =>
    withState(options, io, ({ stateDir, config }) => {
      const work = (desk: JournalDesk): Promise<Outcome> =>
        ACTIONS[action as Action]({ desk, stateDir, times, options, io });
      return onJournal({ stateDir, config }, io, {
        service: (socket) => work(remoteJournalDesk(socket)),
        files: (files) =>
          files
            .look((stopped) => work(fileJournalDesk(stopped)))
            .catch((error: unknown) => {
              if (action !== 'verify' || !isDamage(error)) throw error;
              return showUnread(error as Error, options['json'] === true, io);
            }),
      });
    }),
};

/** What an action is given. */
interface Given {
  readonly desk: JournalDesk;
  readonly stateDir: string;
  readonly times: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly io: Io;
}

const ACTIONS = {
  stats: ({ desk, stateDir, options, io }: Given) => showStats(desk, stateDir, options['json'] === true, io),
  verify: ({ desk, stateDir, options, io }: Given) => showVerdict(desk, stateDir, options['json'] === true, io),
  export: ({ desk, times, options, io }: Given) => {
    const now = Date.now();
    const [from = 0, to = now] = times.map((text) => moment(text, now));
    return exportTelegrams(desk, { from, to, source: options['source'] as string | undefined }, io);
  },
};
type Action = keyof typeof ACTIONS;

const A_MOMENT = 'beginning, now, 2026-01-31, 2026-01-31T12:00, or a span back such as 2d';

function requireMoments(command: Command): void {
  const [action = 'stats', from, to] = command.processedArgs as [string | undefined, number?, number?];
  if (action !== 'export') {
    if (from !== undefined) command.error(`error: ${action} takes no times: it is about all that is kept`);
    return;
  }
  if (from === undefined || to === undefined)
    command.error('error: from when, up to when? say `p1-relay journal export FROM TO`');
  if (from > to) command.error('error: FROM is after TO: name the earlier one first');
}

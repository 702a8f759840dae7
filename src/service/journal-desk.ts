import { asBuffer } from '../journal/crossing.ts';
import type { StoppedJournal } from '../journal/stopped.ts';
import type { Journal } from '../journal/journal.ts';
import type { Damage, Survey, SurveyAsk } from '../journal/survey.ts';
import type { Page, PageAsk, Row } from '../journal/telegrams.ts';
import type { JournalState } from '../journal/view.ts';
import { ask, query } from './control.ts';

/** A telegram of a page; `text` is its bytes as latin1, undefined where they are damaged. */
export interface PageRow extends Pick<Row, 'seq' | 'source' | 'at'> {
  readonly text: string | undefined;
}

/** A part of the telegrams that were asked for, from the beginning. */
export interface JournalPage {
  readonly upTo: number;
  readonly rows: readonly PageRow[];
  /** Telegrams in the place of which there are no rows. */
  readonly unreadable?: Damage | undefined;
}

/**
 * What a person can see of the journal: one shape, whether the service that runs looks, or, where none runs, the command
 * itself in the files. Each answer is a part so small that a service goes on with its work beside it.
 */
export interface JournalDesk {
  /** True where a service goes on accepting and delivering meanwhile. */
  readonly isLive: boolean;
  state(): Promise<JournalState>;
  survey(ask: SurveyAsk): Promise<Survey>;
  page(ask: PageAsk): Promise<JournalPage>;
  /** What SQLite itself finds wrong with the file: nothing is looked for while a service has it open. */
  faults(): Promise<readonly string[]>;
}

/** That of the service that runs. */
export function liveJournalDesk(journal: Journal): JournalDesk {
  return {
    isLive: true,
    state: () => journal.state(),
    survey: (asked) => journal.survey(asked),
    page: async (asked) => toPage(await journal.page(asked)),
    faults: () => Promise.resolve([]),
  };
}

/** That of a service that runs, asked through its control socket. */
export function remoteJournalDesk(socket: string): JournalDesk {
  return {
    isLive: true,
    state: async () => (await ask(socket, 'GET', '/journal')) as JournalState,
    survey: async (asked) => (await ask(socket, 'GET', `/journal/survey?${query({ ...asked })}`)) as Survey,
    page: async (asked) => (await ask(socket, 'GET', `/journal/page?${query({ ...asked })}`)) as JournalPage,
    faults: () => Promise.resolve([]),
  };
}

/** That of a journal that no service has open. */
export function fileJournalDesk(journal: StoppedJournal): JournalDesk {
  return {
    isLive: false,
    state: async () => Promise.resolve(journal.state()),
    survey: async (asked) => Promise.resolve(journal.survey(asked)),
    page: async (asked) => Promise.resolve(toPage(journal.page(asked))),
    faults: async () => Promise.resolve(journal.faults()),
  };
}

function toPage({ upTo, rows, unreadable }: Page & { readonly unreadable?: Damage }): JournalPage {
  const printed = rows.map(({ seq, source, at, raw }) => ({
    seq,
    source,
    at,
    text: raw && asBuffer(raw).toString('latin1'),
  }));
  return { upTo, rows: printed, unreadable };
}

import type { History } from '../../history/history.ts';
import type { Ingest } from '../../ingest/ingest.ts';
import type { Journal } from '../../journal/journal.ts';
import { isWhole, type DamagedLetter, type Letter } from '../../journal/letter.ts';
import type { Row } from '../../journal/telegrams.ts';
import type { OutboxRow } from '../../service/desk.ts';
import type { Health } from '../../service/health.ts';
import type { ReplayDesk } from '../../service/replay-desk.ts';
import type { Awaited } from '../../stream/awaited.ts';
import type { DeniedLog } from '../../telemetry/denied.ts';
import type { Telegram } from '../../telegram/telegram.ts';
import type { Measures, Op, Questions } from './table.ts';

/** What answers the questions of the web's thread, on the main one; whatever a client asks, it is cheap there. */
export type Office = {
  readonly [O in Op]: (ask: Questions[O]['ask']) => Questions[O]['answer'] | Promise<Questions[O]['answer']>;
};

export interface OfficeParts {
  readonly health: () => Health;
  /** @throws {Error} while the journal is not open, whose text is for who asks; likewise the next one. */
  readonly outboxes: () => Promise<readonly OutboxRow[]>;
  readonly journal: () => Pick<Journal, 'state' | 'page' | 'read' | 'before' | 'survey'>;
  /** What telegrams are posted to. @throws {Error} where there is none. */
  readonly ingest: () => Ingest;
  readonly replay: () => ReplayDesk;
  /** By source. */
  readonly newest: () => ReadonlyMap<string, Telegram>;
  /** How many telegrams of a source were accepted since the start. */
  readonly counted: (source: string) => number;
  readonly measures: () => Measures;
  readonly printed: Awaited;
  readonly denied: DeniedLog;
  /** Undefined where none is kept. @throws {Error} while the journal is not open. */
  readonly history: () => Pick<History, 'check' | 'openBook' | 'keep'> | undefined;
}

export function createOffice({
  health,
  outboxes,
  journal,
  ingest,
  replay,
  newest,
  counted,
  measures,
  printed,
  denied,
  history,
}: OfficeParts): Office {
  let keptUpTo = 0;
  return {
    health: () => health(),
    outboxes: () => outboxes(),
    journal: () => journal().state(),
    page: (ask) => journal().page(ask),
    newest: ({ known }) =>
      [...newest()].flatMap(([source, { raw, receivedAt }]) => {
        const count = counted(source);
        return known[source] === count ? [] : [{ source, count, receivedAt, raw: Uint8Array.from(raw) }];
      }),
    newestPrinted: ({ source }) => printed.newest(source),
    printed: ({ after }) => printed.behind(after),
    letters: async ({ source, after, limit }) => (await journal().read(after, limit, source)).map(toRow),
    lettersBefore: async ({ source, before, limit }) =>
      (await journal().before(undefined, before, limit, source)).map(toRow),
    countLetters: async ({ source, after, upTo }) => {
      const survey = await journal().survey({ subject: 'numbers', after, upTo });
      return { upTo: survey.upTo, count: survey.kept.find((one) => one.source === source)?.count ?? 0 };
    },
    postTelegram: ({ bytes, sender }) => ingest().telegram(Buffer.from(bytes), sender),
    postReading: ({ posted, sender }) => ingest().reading(posted, sender),
    startReplay: (wish) => replay().begin(wish),
    endReplay: ({ endpoint }) => replay().end(endpoint),
    measures: () => measures(),
    denied: ({ after }) => denied.behind(after),
    checkHistory: () => {
      history()?.check();
      return undefined;
    },
    openBook: async () => {
      const ends = await history()?.openBook();
      return ends === undefined ? null : { ...ends, asked: keptUpTo };
    },
    keep: async ({ asked, ...entries }) => {
      await history()?.keep(entries);
      keptUpTo = asked;
      return undefined;
    },
  };
}

/** With bytes of its own: a piece of a shared buffer would cross to the other thread with all of its neighbours. */
function toRow(letter: Letter | DamagedLetter): Row {
  const { seq } = letter;
  if (!isWhole(letter)) {
    const { source, receivedAt } = letter;
    return { seq, source, at: receivedAt.getTime(), checksum: 'valid', raw: undefined };
  }
  const { source, receivedAt, checksum, raw } = letter.telegram;
  return { seq, source, at: receivedAt.getTime(), checksum, raw: Buffer.from(Uint8Array.from(raw).buffer) };
}

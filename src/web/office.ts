import type { Journal } from '../journal/journal.ts';
import type { OutboxRow } from '../service/desk.ts';
import type { Health } from '../service/health.ts';
import type { DeniedLog } from '../telemetry/denied.ts';
import type { Telegram } from '../telegram/telegram.ts';
import type { Op, Questions } from './office-table.ts';

/** What answers the questions of the web's thread, on the main one; whatever a client asks, it is cheap there. */
export type Office = {
  readonly [O in Op]: (ask: Questions[O]['ask']) => Questions[O]['answer'] | Promise<Questions[O]['answer']>;
};

export interface OfficeParts {
  readonly health: () => Health;
  /** @throws {Error} while the journal is not open, whose text is for who asks; likewise the next one. */
  readonly outboxes: () => Promise<readonly OutboxRow[]>;
  readonly journal: () => Pick<Journal, 'state' | 'page'>;
  /** By source. */
  readonly newest: () => ReadonlyMap<string, Telegram>;
  /** How many telegrams of a source were accepted since the start. */
  readonly counted: (source: string) => number;
  readonly denied: DeniedLog;
}

export function createOffice({ health, outboxes, journal, newest, counted, denied }: OfficeParts): Office {
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
    denied: ({ after }) => denied.behind(after),
  };
}

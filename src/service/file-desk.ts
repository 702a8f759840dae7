import { MOST_DEAD } from '../journal/dead-letters.ts';
import type { JournalStore } from '../journal/store.ts';
import { findEndpoint, toDeadRow, toStamp, type Desk } from './desk.ts';

/** The desk where no service runs: works in the files, which the journal's lock makes safe. */
export function fileDesk(store: JournalStore): Desk {
  return {
    async list() {
      const rows = store.cursors.state().map(({ name, waiting, delivered, thinned, dropped }) => ({
        ...{ name, state: 'stopped' as const, since: undefined, reason: undefined, remedy: undefined },
        ...{ waiting, delivered, thinned, dropped, drainedInMs: undefined },
        oldestAt: waiting > 0 ? toStamp(store.oldestFor(name)?.at) : undefined,
        dead: store.dead.count(name),
      }));
      return Promise.resolve(rows);
    },
    async dead(endpoint) {
      return Promise.resolve(store.dead.list(endpoint, MOST_DEAD).map(toDeadRow));
    },
    async retry({ endpoint, ids }) {
      const { name } = findEndpoint(endpoint, store.cursors.state());
      return Promise.resolve(store.changeDead((dead) => dead.retry(name, ids)));
    },
    async drop({ endpoint, ids }) {
      const { name } = findEndpoint(endpoint, store.cursors.state());
      return Promise.resolve(store.changeDead((dead) => dead.drop(name, ids)));
    },
  };
}

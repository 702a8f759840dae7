import type { Changed, DeadLetters } from '../journal/dead-letters.ts';
import type { StoppedJournal } from '../journal/stopped.ts';
import type { JournalStore } from '../journal/store.ts';
import { DEAD_PAGE, findEndpoint, toDeadRow, toStamp, type Choice, type Desk } from './desk.ts';

/** The files of a journal that no service has open. Both ways close it again. */
export interface JournalFiles {
  /** Leaves every file as it is. */
  look<T>(work: (journal: StoppedJournal) => T | Promise<T>): Promise<T>;
  change<T>(work: (store: JournalStore) => T): Promise<T>;
}

/** The desk where no service runs: works in the files, which the journal's lock makes safe. */
export function fileDesk(files: JournalFiles): Desk {
  const changeDead = async (
    { endpoint, ids }: Choice,
    work: (dead: DeadLetters, name: string, ids: Choice['ids']) => Changed,
  ): Promise<Changed> =>
    files.change((store) => {
      const { name } = findEndpoint(endpoint, store.cursors.state());
      return store.changeDead((dead) => work(dead, name, ids));
    });
  return {
    async list() {
      const { endpoints } = await files.look((journal) => journal.state());
      return endpoints.map(({ name, waiting, oldestAt, replay, delivered, thinned, dropped, dead, aside }) => ({
        ...{ name, state: 'stopped', since: undefined, reason: undefined, remedy: undefined },
        ...{ waiting, oldestAt: toStamp(oldestAt), drainedInMs: undefined },
        ...{ replay, delivered, thinned, dropped, dead, aside },
      }));
    },
    dead: ({ endpoint, after }) => files.look(({ dead }) => dead.list(endpoint, DEAD_PAGE, after).map(toDeadRow)),
    retry: (choice) => changeDead(choice, (dead, name, ids) => dead.retry(name, ids)),
    drop: (choice) => changeDead(choice, (dead, name, ids) => dead.drop(name, ids)),
  };
}

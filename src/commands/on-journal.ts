import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { placesOf } from '../config/places.ts';
import { openJournalStore } from '../journal/open.ts';
import { StoppedJournal } from '../journal/stopped.ts';
import { isListening } from '../service/control.ts';
import type { JournalFiles } from '../service/file-desk.ts';
import { isDamage } from '../storage/sqlite.ts';
import type { Io, Outcome } from './command.ts';
import type { Whereabouts } from './with-config.ts';

/** What a command does where a service runs, and where none does. */
export interface Ways {
  /** @param socket where the service can be asked. */
  service(socket: string): Promise<Outcome>;
  files(files: JournalFiles): Promise<Outcome>;
}

/** Goes to the service that runs with this state directory, or, where none does, to its files. */
export async function onJournal({ stateDir, config }: Whereabouts, io: Io, ways: Ways): Promise<Outcome> {
  const socket = join(stateDir, 'control.sock');
  if (await isListening(socket)) return ways.service(socket);
  if (existsSync(join(stateDir, 'journal.db'))) return ways.files(journalFiles(stateDir, config));
  io.stderr.write(
    `no p1-relay runs with state directory ${stateDir}, and it keeps no journal there; name its --config\n`,
  );
  return 'unavailable';
}

function journalFiles(folder: string, config: Config | undefined): JournalFiles {
  return {
    async look(work) {
      let journal: StoppedJournal | undefined;
      try {
        journal = new StoppedJournal(folder);
        return await work(journal);
      } catch (error) {
        throw isDamage(error) ? damage(folder, error) : error;
      } finally {
        journal?.close();
      }
    },
    async change(work) {
      if (config === undefined) throw new Error('what is changed must fit the configuration; name it with --config');
      const { store } = openJournalStore({ ...config.journal, folder, endpoints: placesOf(config) });
      try {
        return await work(store);
      } finally {
        store.close();
      }
    },
  };
}

function damage(folder: string, error: unknown): Error {
  const what = error instanceof Error ? error.message : String(error);
  const path = join(folder, 'journal.db');
  const told = what.includes(path) ? what : `${path} cannot be read: ${what}`;
  return new Error(`${told}; it was left as it is: the service saves what it can when it starts`, { cause: error });
}

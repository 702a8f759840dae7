import { join } from 'node:path';
import { openReadOnly, type ReadOnlyDatabase } from '../storage/read-only.ts';
import { isDamage } from '../storage/sqlite.ts';
import { Cursors } from './cursors.ts';
import { DeadLetters } from './dead-letters.ts';
import { Dictionaries } from './dictionaries.ts';
import { Disk } from './disk.ts';
import { migrations } from './schema.ts';
import { Replays } from './replays.ts';
import { Sequence } from './sequence.ts';
import { Sources } from './sources.ts';
import { prepareStatements } from './statements.ts';
import { SELECTS, type Damage, type Survey, type SurveyAsk } from './survey.ts';
import { Telegrams, type Page, type PageAsk } from './telegrams.ts';
import { JournalView, type JournalState } from './view.ts';

const NO_TIMES = { from: undefined, to: undefined };

/** More lines than this tell a person nothing new. */
const MOST_FAULTS = 20;

/**
 * The journal of a state directory that no service has open, to look at. Its files stay as they are, damaged or not:
 * what cannot be read is passed over, as a repair would.
 */
export class StoppedJournal {
  readonly #files: ReadOnlyDatabase;
  readonly #view: JournalView;

  /** @throws {DatabaseInUse} {DatabaseTooNew} {SchemaTooOld} and an error that names the file. */
  constructor(folder: string) {
    this.#files = openReadOnly(join(folder, 'journal.db'), migrations.length);
    try {
      this.#view = this.#look(folder);
    } catch (error) {
      this.#files.close();
      throw error;
    }
  }

  state(): JournalState {
    return this.#view.state();
  }

  get dead(): DeadLetters {
    return this.#view.dead;
  }

  survey(ask: SurveyAsk): Survey {
    try {
      return this.#view.survey(ask);
    } catch (error) {
      const damaged = this.#unreadable(ask, error);
      return { upTo: damaged.last, kept: [], damaged: [damaged] };
    }
  }

  page(ask: PageAsk): Page & { readonly unreadable?: Damage } {
    try {
      return this.#view.page(ask);
    } catch (error) {
      const unreadable = this.#unreadable({ subject: 'telegrams', ...ask }, error);
      return { upTo: unreadable.last, rows: [], unreadable };
    }
  }

  /** What SQLite itself finds wrong with the file. */
  faults(): string[] {
    try {
      const check = this.#files.db.prepare<[], { quick_check: string }>(`PRAGMA quick_check(${MOST_FAULTS})`);
      return check
        .all()
        .map(({ quick_check: text }) => text)
        .filter((text) => text !== 'ok');
    } catch (error) {
      if (!isDamage(error)) throw error;
      return [(error as Error).message];
    }
  }

  close(): void {
    this.#files.close();
  }

  #look(folder: string): JournalView {
    const { db } = this.#files;
    const nowMs = (): number => performance.now();
    const sources = new Sources(db);
    const dictionaries = new Dictionaries(db);
    const cursors = new Cursors(db, (name) => sources.known(name));
    cursors.look();
    const replays = new Replays(db);
    replays.place();
    const read = { statements: prepareStatements(db), sources, dictionaries, nowMs };
    return new JournalView({
      ...{ ...read, db, cursors, telegrams: new Telegrams(read), dead: new DeadLetters(db) },
      ...{ replays, sequence: new Sequence(db), disk: new Disk(folder, nowMs) },
    });
  }

  /** From the first row that cannot be read up to the last: what lies between them only a repair could look for. */
  #unreadable({ subject, after, upTo }: SurveyAsk, error: unknown): Damage {
    if (!isDamage(error)) throw error;
    const what = `cannot be read: ${(error as Error).message}`;
    const last = Math.max(after + 1, this.#lastUnreadable({ subject, after, upTo }));
    return { subject, first: after + 1, last, ...NO_TIMES, what };
  }

  /** Reads from the other end until that fails, too. */
  #lastUnreadable({ subject, after, upTo }: SurveyAsk): number {
    const rows = this.#files.db.walk<{ number: number }>(`${SELECTS[subject]} DESC`, after, upTo);
    let last = upTo;
    try {
      for (const { number } of rows) last = number - 1;
    } catch (error) {
      if (isDamage(error)) return last;
      throw error;
    }
    return upTo;
  }
}

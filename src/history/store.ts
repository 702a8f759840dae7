import type { Database } from '../storage/sqlite.ts';
import { openDatabase, syncedCommits } from '../storage/sqlite.ts';
import type { GapCause } from './answers.ts';
import { endOf } from './minute.ts';
import { RecordIds } from './record-ids.ts';
import { Retention } from './retention.ts';
import { migrations } from './schema.ts';
import { Writing, type PlacedMinute } from './writing.ts';

export interface HistoryStoreOptions {
  /** The database file. */
  readonly path: string;
  /** For how long minutes are kept; hours, days and months are for ever. */
  readonly keepS: number;
}

/** What was seen of one source: minutes that are over, and up to which letter they hold all. */
export interface Batch {
  readonly source: string;
  /** The journal's number of the last letter that is in these minutes, or in earlier ones. */
  readonly seq: number;
  readonly minutes: readonly PlacedMinute[];
}

/** Something that may be why no telegram comes; a `source` of '' stands for all. */
export interface Trouble {
  readonly source: string;
  readonly atS: number;
  readonly cause: GapCause;
}

/** A commit writes each changed page whole; one minute changes a handful. */
export const PAGE_BYTES = 2_048;
/** A commit so long after the last synced one is synced, too: what a power cut takes is read from the journal again. */
const SYNC_MS = 600_000;

/** The history on disk, as its one writer has it. Synchronous: `worker.ts` runs it in a thread of its own. */
export class HistoryStore {
  readonly #db: Database;
  readonly #ids: RecordIds;
  readonly #writing: Writing;
  readonly #retention: Retention;
  readonly #cursor;
  readonly #moveCursor;
  readonly #missed;
  #syncedAtMs = -Infinity;

  /** @throws what {@link openDatabase} throws. */
  constructor({ path, keepS }: HistoryStoreOptions) {
    this.#db = openDatabase(path, migrations, PAGE_BYTES, 'readers');
    try {
      this.#ids = new RecordIds(idsPath(path), highestId(this.#db));
      this.#writing = new Writing(this.#db, this.#ids);
      this.#retention = new Retention(this.#db, keepS);
      this.#cursor = this.#db.prepare<[string], { seq: number }>('SELECT seq FROM cursor WHERE source = ?');
      this.#moveCursor = this.#db.prepare<[string, number]>('INSERT OR REPLACE INTO cursor(source, seq) VALUES (?, ?)');
      this.#missed = this.#db.prepare<[string, number, number]>(
        'INSERT INTO missed(endpoint, at, letters) VALUES (?, ?, ?)',
      );
    } catch (error) {
      this.#db.abandon();
      throw error;
    }
  }

  /** Behind which letter of a source it has to be told of; 0 where it knows none. */
  cursorOf(source: string): number {
    return this.#cursor.get(source)?.seq ?? 0;
  }

  /** All of it, or nothing. */
  add({ source, seq, minutes }: Batch): void {
    this.#commit(() => {
      for (const minute of minutes) this.#writing.write(minute);
      if (seq > this.cursorOf(source)) this.#moveCursor.run(source, seq);
    });
  }

  note({ source, atS, cause }: Trouble): void {
    this.#commit(() => this.#writing.gaps.note(source, atS, cause));
  }

  /** An endpoint will never get so many letters. */
  miss(endpoint: string, atS: number, letters: number): void {
    this.#commit(() => this.#missed.run(endpoint, atS, letters));
  }

  /**
   * Forgets what a source has of the time behind a moment, so that its letters behind `seq` make it anew. Minutes that turn out the
   * same keep their ids.
   */
  rewind(source: string, fromS: number, seq: number): void {
    const { meters, records, gaps, closing } = this.#writing;
    const endS = endOf(fromS);
    this.#commit(() => {
      for (const entry of meters.of(source)) {
        records.setAsideBehind(entry.key, endS);
        gaps.removeBehind(entry.key, endS);
        closing.removeBehind(entry.key, endS);
        this.#writing.standAt(entry, endS);
      }
      this.#moveCursor.run(source, seq);
    });
  }

  /** The history was made anew: what was not made again is gone. */
  settle(): void {
    this.#commit(() => this.#db.exec('DELETE FROM minute_before'));
  }

  /** Lets go of minutes that are older than is to be kept, a few at a time. @returns whether there are more. */
  tidy(): boolean {
    return this.#commit(() => this.#retention.tidy());
  }

  /** What SQLite finds wrong with its file; undefined where nothing is. */
  fault(): string | undefined {
    const found = this.#db.prepare<[], { quick_check: string }>('PRAGMA quick_check(1)').get()?.quick_check;
    return found === 'ok' ? undefined : found;
  }

  close(): void {
    try {
      this.#ids.release();
    } finally {
      this.#db.close();
    }
  }

  /** Lets go of a file that turned out to be damaged. */
  abandon(): void {
    this.#db.abandon();
  }

  #commit<T>(work: () => T): T {
    const isSyncDue = performance.now() - this.#syncedAtMs > SYNC_MS;
    syncedCommits(this.#db, isSyncDue);
    try {
      const result = this.#db.transaction(work)();
      if (isSyncDue) this.#syncedAtMs = performance.now();
      return result;
    } catch (error) {
      this.#writing.meters.load();
      throw error;
    }
  }
}

/** Where the ids are reserved: a file of its own, for the database may have to be made anew. */
function idsPath(path: string): string {
  return `${path}.ids`;
}

function highestId(db: Database): number {
  const row = db.prepare<[], { id: number | null }>(
    'SELECT max(id) AS id FROM (SELECT max(id) AS id FROM minute UNION ALL SELECT max(id) FROM minute_before)',
  );
  return row.get()?.id ?? 0;
}

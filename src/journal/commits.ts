import { syncedCommits, type Database } from '../storage/sqlite.ts';
import { Durations, OF_DISK_S } from '../time/durations.ts';

/** What memory holds of the tables, kept in step with the transactions that change both. */
export interface Mirror {
  begin?(): void;
  /** Writes what changed in memory only. */
  write?(): void;
  committed?(): void;
  rolledBack(): void;
}

export interface CommitsOptions {
  /** At most so long may a commit stay in the page cache before it is on the card; 0 = each commit is synced. */
  readonly syncIntervalMs: number;
  readonly nowMs: () => number;
  readonly mirrors: readonly Mirror[];
}

/**
 * The journal's transactions. Most end in the page cache (safe from `kill -9`); once an interval one waits for the
 * card, and with it all before (safe from a power cut).
 */
export class Commits {
  /** How long the commits took that waited for the card. */
  readonly synced = new Durations(OF_DISK_S);
  readonly #db: Database;
  readonly #options: CommitsOptions;
  #unsyncedSinceMs: number | undefined;

  constructor(db: Database, options: CommitsOptions) {
    this.#db = db;
    this.#options = options;
  }

  /** True where the oldest commit in the page cache has been there for an interval. */
  get isSyncDue(): boolean {
    const { nowMs, syncIntervalMs } = this.#options;
    return this.#unsyncedSinceMs !== undefined && nowMs() - this.#unsyncedSinceMs >= syncIntervalMs;
  }

  /** Commits, and waits for the card where it is time. */
  run<T>(work: () => T): T {
    this.#unsyncedSinceMs ??= this.#options.nowMs();
    return this.isSyncDue ? this.runSynced(work) : this.#transact(work);
  }

  /** Commits, and waits for the card. */
  runSynced<T>(work: () => T): T {
    const beganMs = this.#options.nowMs();
    syncedCommits(this.#db, true);
    try {
      const result = this.#transact(work);
      this.#unsyncedSinceMs = undefined;
      this.synced.add(this.#options.nowMs() - beganMs);
      return result;
    } finally {
      syncedCommits(this.#db, false);
    }
  }

  #transact<T>(work: () => T): T {
    const { mirrors } = this.#options;
    mirrors.forEach((mirror) => mirror.begin?.());
    try {
      const result = this.#db.transaction(() => {
        const done = work();
        mirrors.forEach((mirror) => mirror.write?.());
        return done;
      })();
      mirrors.forEach((mirror) => mirror.committed?.());
      return result;
    } catch (error) {
      mirrors.forEach((mirror) => mirror.rolledBack());
      throw error;
    }
  }
}

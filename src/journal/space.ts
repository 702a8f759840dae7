import { dirname } from 'node:path';
import type { Database } from '../storage/sqlite.ts';
import type { Disk } from './disk.ts';
import { Reserve, reservePath } from './reserve.ts';
import { freeInsideBytes } from './retention.ts';
import { JournalFull, unlessFull, withRoom } from './room.ts';

export interface SpaceOptions {
  /** The database file. */
  readonly path: string;
  readonly db: Database;
  readonly disk: Disk;
  /** What the file must be able to take, however the disk stands. */
  readonly spareBytes: number;
  /**
   * Lets go of rows that need not be kept.
   *
   * @param wallMs milliseconds since 1970; Infinity where nothing is to be kept for its age.
   * @param roomBytes what is about to be written, and must fit.
   */
  readonly reclaim: (wallMs: number, roomBytes: number) => void;
}

/** Room for what is about to be written: in the file, or on a full disk by deleting, for which a reserve is set aside. */
export class Space {
  readonly #options: SpaceOptions;
  readonly #reserve: Reserve;

  constructor(options: SpaceOptions) {
    this.#options = options;
    this.#reserve = new Reserve(reservePath(dirname(options.path)));
  }

  /** Sets the reserve aside, even on a low disk. */
  reserve(): void {
    this.#reserve.fill();
  }

  /** Sets a reserve that was given up aside again, once the disk has room for others, too. */
  refill(): void {
    if (!this.#options.disk.isLow) this.#reserve.fill();
  }

  /** Where the file is full, deletes what need not be kept; a full disk is given the reserve to do so. @throws {JournalFull} */
  making<T>(work: () => T, bytes = 0): T {
    const reclaim = (): void => this.#options.reclaim(Date.now(), bytes);
    return withRoom(this.#options.path, [reclaim, () => this.#reserve.release(), reclaim], work);
  }

  /** Does the work, or leaves it, where there is no room for it. */
  wherePossible(work: () => void): void {
    try {
      this.making(work);
    } catch (error) {
      if (!(error instanceof JournalFull)) throw error;
    }
  }

  /** Does the work before anybody knows what may be deleted: the reserve alone makes room. @throws {JournalFull} */
  first<T>(work: () => T): T {
    return withRoom(this.#options.path, [() => this.#reserve.release()], work);
  }

  /** Leaves what a low disk has left to others. @throws {JournalFull} where the file has no room of its own. */
  guard(): void {
    const { disk, reclaim } = this.#options;
    if (!disk.isLow || this.#hasSpare()) return;
    unlessFull(() => this.first(() => reclaim(Infinity, 0)));
    if (this.#hasSpare()) return;
    throw new JournalFull(`${String(disk)}; free some space`);
  }

  #hasSpare(): boolean {
    return freeInsideBytes(this.#options.db) > this.#options.spareBytes;
  }
}

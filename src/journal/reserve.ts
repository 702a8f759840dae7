import { closeSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { giveToOwnerOfFolder } from '../storage/owner.ts';

const RESERVE_BYTES = 8_000_000;

export function reservePath(folder: string): string {
  return `${folder}/journal.reserve`;
}

/**
 * Room set aside on the disk. SQLite needs room even to delete, so a disk that others filled would stop delivery too:
 * giving up the reserve lets cursors move and old rows go.
 */
export class Reserve {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Sets the room aside, unless it is there already or the disk has none. */
  fill(): void {
    if (this.#size() === RESERVE_BYTES) return;
    try {
      this.#write();
    } catch {
      // A disk without room for the reserve is the case that it is for: the journal says so at the next append.
      this.release();
    }
  }

  release(): void {
    rmSync(this.#path, { force: true });
  }

  #write(): void {
    const file = openSync(this.#path, 'w', 0o600);
    try {
      giveToOwnerOfFolder(this.#path);
      // Random enough not to be stored as a hole by file systems that look for zeros.
      const block = Buffer.alloc(1_000_000, 'p1-relay keeps this room free for a full disk. ');
      for (let written = 0; written < RESERVE_BYTES; written += block.length) writeSync(file, block);
    } finally {
      closeSync(file);
    }
  }

  #size(): number {
    return statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
  }
}

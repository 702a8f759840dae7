import { statfsSync } from 'node:fs';

/** Below this the disk is left to the rest of the system, and only room inside the journal's file is used. */
const LEAST_FREE_BYTES = 64e6;
/** Asked of the file system every few seconds, not for each telegram. */
const CHECK_MS = 10_000;

/** How much room the disk of a folder has. */
export class Disk {
  readonly #folder: string;
  readonly #nowMs: () => number;
  #checkedAtMs = -Infinity;
  #freeBytes = Infinity;

  constructor(folder: string, nowMs: () => number) {
    this.#folder = folder;
    this.#nowMs = nowMs;
  }

  get freeBytes(): number {
    const nowMs = this.#nowMs();
    // A low disk is asked each time: room that comes back is used at once.
    if (this.#freeBytes < LEAST_FREE_BYTES || nowMs - this.#checkedAtMs >= CHECK_MS) {
      const { bavail, bsize } = statfsSync(this.#folder);
      this.#freeBytes = bavail * bsize;
      this.#checkedAtMs = nowMs;
    }
    return this.#freeBytes;
  }

  get isLow(): boolean {
    return this.freeBytes < LEAST_FREE_BYTES;
  }

  /** What a person is told of a disk that is low. */
  toString(): string {
    const [free, least] = [this.#freeBytes, LEAST_FREE_BYTES].map((bytes) => Math.round(bytes / 1e6));
    return `the disk of ${this.#folder} has ${free ?? 0} MB left, expected at least ${least ?? 0} MB`;
  }
}

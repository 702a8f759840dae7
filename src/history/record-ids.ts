import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { giveToOwnerOfFolder } from '../storage/owner.ts';

/** How many ids are set aside at a time: the largest hole that a power cut leaves. */
const BLOCK = 1_000;

/**
 * Hands out record ids that only grow and are never used twice, not even by a database that is made anew: they are reserved in
 * blocks, in a file of their own that is on the card before the first of a block is used.
 */
export class RecordIds {
  readonly #path: string;
  #next: number;
  #reserved: number;

  /** @param highest the highest id that the database knows of. */
  constructor(path: string, highest: number) {
    this.#path = path;
    const written = read(path);
    // Without the file nobody knows how far the block of the highest one was used.
    const first = written ?? (highest === 0 ? 1 : highest + BLOCK + 1);
    this.#next = Math.max(first, highest + 1);
    this.#reserved = this.#next - 1;
  }

  take(): number {
    if (this.#next > this.#reserved) this.#reserve(this.#next + BLOCK - 1);
    return this.#next++;
  }

  /** Gives back what is left of the block. */
  release(): void {
    if (this.#next <= this.#reserved) this.#reserve(this.#next - 1);
  }

  #reserve(upTo: number): void {
    write(this.#path, upTo + 1);
    this.#reserved = upTo;
  }
}

/** The first id that was never reserved; undefined where no file says so. */
function read(path: string): number | undefined {
  try {
    const next = Number(readFileSync(path, 'latin1'));
    return Number.isSafeInteger(next) && next > 0 ? next : undefined;
  } catch {
    return undefined;
  }
}

/** Whole or not at all, and on the card when it returns. */
function write(path: string, next: number): void {
  const file = openSync(`${path}.new`, 'w', 0o640);
  try {
    writeSync(file, `${next}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  giveToOwnerOfFolder(`${path}.new`);
  renameSync(`${path}.new`, path);
  // Until then a power cut may give the file its old name back, and with it ids that were used.
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

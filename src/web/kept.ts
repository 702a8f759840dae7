import { statSync } from 'node:fs';
import type { BookReader } from '../history/book-reader.ts';

/** The denials and visits of earlier times, opened when they are asked for; none where they cannot be read. */
export class Kept {
  readonly #path: string;
  /** Makes a reader; handed in, so that SQLite is loaded only where somebody asks. */
  readerOf: ((path: string) => BookReader) | undefined;
  #reader: BookReader | undefined;
  #inode: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  ask<T>(question: (reader: BookReader) => readonly T[]): readonly T[] {
    try {
      const reader = this.#open();
      return reader === undefined ? [] : question(reader);
    } catch {
      this.#close();
      return [];
    }
  }

  /** A damaged file is put aside, and another takes its place. */
  #open(): BookReader | undefined {
    const inode = statSync(this.#path).ino;
    if (this.#reader !== undefined && inode === this.#inode) return this.#reader;
    this.#close();
    this.#reader = this.readerOf?.(this.#path);
    this.#inode = inode;
    return this.#reader;
  }

  #close(): void {
    this.#reader?.close();
    this.#reader = undefined;
  }
}

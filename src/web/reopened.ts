import { statSync } from 'node:fs';

/** A file that somebody else writes: opened with the first question, and again where another has taken its place. */
export class Reopened<R extends { close(): void }> {
  readonly #path: string;
  readonly #open: (path: string) => R;
  #reader: R | undefined;
  /** Of the file that is open: a damaged one is put aside. */
  #inode: number | undefined;

  constructor(path: string, open: (path: string) => R) {
    this.#path = path;
    this.#open = open;
  }

  /** To be used at once, not to be held. @throws what opening throws. */
  get reader(): R {
    const inode = statSync(this.#path, { throwIfNoEntry: false })?.ino;
    if (this.#reader !== undefined && inode === this.#inode) return this.#reader;
    this.close();
    this.#reader = this.#open(this.#path);
    this.#inode = inode;
    return this.#reader;
  }

  /** The next question opens it anew. */
  close(): void {
    this.#reader?.close();
    this.#reader = undefined;
  }
}

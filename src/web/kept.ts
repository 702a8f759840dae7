import type { BookReader } from '../history/book-reader.ts';
import { Reopened } from './reopened.ts';

/** The denials and visits of earlier times; none where they cannot be read. */
export class Kept {
  readonly #path: string;
  #file: Reopened<BookReader> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** SQLite is loaded with the first question: who is never asked stays small. */
  async ask<T>(question: (reader: BookReader) => readonly T[]): Promise<readonly T[]> {
    const { BookReader } = await import('../history/book-reader.ts');
    this.#file ??= new Reopened(this.#path, (path) => new BookReader(path));
    try {
      return question(this.#file.reader);
    } catch {
      this.#file.close();
      return [];
    }
  }
}

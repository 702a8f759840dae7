import { keyOf, type Key } from './key.ts';
import type { KeyFile } from './key-file.ts';

/** The keys of the file as it is at the moment. */
export class KeyRing {
  readonly #file: KeyFile;
  readonly #changed: (keys: readonly Key[]) => void;
  #version: string | undefined;
  #keys: readonly Key[] = [];

  /** @param changed is told the keys of each other version of the file. */
  constructor(file: KeyFile, changed: (keys: readonly Key[]) => void = () => undefined) {
    this.#file = file;
    this.#changed = changed;
  }

  /** @throws {KeysUnreadable} */
  find(text: string): Key | undefined {
    return keyOf(text, this.all());
  }

  /** The key of this number, while it is there. @throws {KeysUnreadable} */
  get(id: string): Key | undefined {
    return this.all().find((key) => key.id === id);
  }

  /** @throws {KeysUnreadable} */
  all(): readonly Key[] {
    const { version } = this.#file;
    if (version !== this.#version) {
      this.#keys = this.#file.read();
      this.#version = version;
      this.#changed(this.#keys);
    }
    return this.#keys;
  }
}

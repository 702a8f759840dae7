import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { giveToOwnerOfFolder, makeFolder } from '../../storage/owner.ts';
import { keySchema, type Key } from './key.ts';

/** There is a file, and it holds no keys that can be read. */
export class KeysUnreadable extends Error {
  override readonly name = 'KeysUnreadable';
}

const FILE = 'keys.json';
/** Whoever makes a change writes this file first; one that is older was left behind by a process that was killed. */
const LEFT_BEHIND_MS = 10_000;

const fileSchema = z.strictObject({ keys: z.array(keySchema).max(1_000) });

/**
 * The keys, in a file of their own in the state directory: it outlives a broken database, and a command can change it
 * whether or not a service runs, which sees the change at its next request.
 */
export class KeyFile {
  readonly path: string;

  constructor(stateDir: string) {
    this.path = join(stateDir, FILE);
  }

  /** Changes with every change of the file; undefined where there is none. */
  get version(): string | undefined {
    const found = statSync(this.path, { throwIfNoEntry: false, bigint: true });
    return found && `${found.ino} ${found.mtimeNs} ${found.size}`;
  }

  /** @throws {KeysUnreadable} */
  read(): readonly Key[] {
    if (this.version === undefined) return [];
    try {
      return fileSchema.parse(JSON.parse(readFileSync(this.path, 'utf8'))).keys;
    } catch (error) {
      const why = error instanceof z.ZodError ? 'it is not as p1-relay wrote it' : (error as Error).message;
      throw new KeysUnreadable(`${this.path} cannot be read: ${why}`, { cause: error });
    }
  }

  /**
   * Puts other keys in the place of those that are there, on the card when it returns.
   *
   * @returns those that were there. @throws {KeysUnreadable}
   */
  change(work: (keys: readonly Key[]) => readonly Key[]): readonly Key[] {
    // A key may be made before the first start.
    makeFolder(dirname(this.path));
    const fresh = this.#open();
    try {
      const before = this.read();
      writeSync(fresh.file, `${JSON.stringify({ keys: work(before) }, null, 2)}\n`);
      fsyncSync(fresh.file);
      closeSync(fresh.file);
      giveToOwnerOfFolder(fresh.path);
      renameSync(fresh.path, this.path);
      return before;
    } catch (error) {
      rmSync(fresh.path, { force: true });
      throw error;
    }
  }

  /** Two changes at once would lose one: the file that is written is the lock, too. */
  #open(): { path: string; file: number } {
    const path = `${this.path}.new`;
    const left = statSync(path, { throwIfNoEntry: false });
    if (left !== undefined && Date.now() - left.mtimeMs > LEFT_BEHIND_MS) rmSync(path, { force: true });
    return { path, file: openSync(path, 'wx', 0o600) };
  }
}

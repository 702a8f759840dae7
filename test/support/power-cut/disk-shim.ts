import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The compiler that builds the shim; Debian's package `gcc` brings it, and so does `g++`. */
export const COMPILER = 'cc';

export interface ShimOptions {
  /** Whose files it concerns: an absolute path without links. */
  readonly folder: string;
  /** Where it writes down what changes the folder. */
  readonly log?: string;
  /** A file that says how many milliseconds each sync of the folder's files waits first, while it is there. */
  readonly stall?: string;
}

/** `disk-shim.c`, compiled for this machine. */
export class DiskShim {
  readonly #folder = mkdtempSync(join(tmpdir(), 'p1-relay-shim-'));
  readonly #library = join(this.#folder, 'disk-shim.so');

  constructor() {
    const source = join(import.meta.dirname, 'disk-shim.c');
    execFileSync(COMPILER, [
      '-O1',
      '-Wall',
      '-Wextra',
      '-Werror',
      '-shared',
      '-fPIC',
      '-o',
      this.#library,
      source,
      '-ldl',
    ]);
  }

  /** What a program's environment needs to be run with it. */
  environment({ folder, log, stall }: ShimOptions): Record<string, string> {
    return {
      LD_PRELOAD: this.#library,
      DISK_SHIM_FOLDER: folder,
      ...(log === undefined ? {} : { DISK_SHIM_LOG: log }),
      ...(stall === undefined ? {} : { DISK_SHIM_STALL: stall }),
    };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { describeUnless } from './describe-unless.ts';

/** A file system of its own, so small that it can be filled. */
export class SmallDisk {
  readonly folder = mkdtempSync(join(tmpdir(), 'p1-relay-disk-'));
  readonly #ballast = join(this.folder, 'ballast');

  constructor(megabytes: number) {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', this.folder], { stdio: 'ignore' });
    onTestFinished(() => {
      // Lazily: a journal that a failed test left open must not keep the mount.
      execFileSync('umount', ['-l', this.folder]);
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  /** Others write to the disk: so much, or until there is no room for a byte more. */
  fill(bytes = Infinity): void {
    const file = openSync(this.#ballast, 'a');
    const page = Buffer.alloc(4_096, 1);
    try {
      for (let written = 0; written < bytes; written += page.length) writeSync(file, page);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  /** They take it away again. */
  free(): void {
    rmSync(this.#ballast);
  }
}

/** As `describe`, for a suite that fills disks, which takes the right to mount one. */
export function describeOnSmallDisk(name: string, suite: () => void): void {
  describeUnless(canMount() ? undefined : 'needs the right to mount a file system: run it as root', name, suite);
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'p1-relay-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

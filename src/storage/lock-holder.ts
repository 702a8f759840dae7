import { readFileSync, statSync } from 'node:fs';

const KERNEL_LOCKS = '/proc/locks';

/**
 * The process that holds a lock on a file, from the kernel's list of locks, which every user may read. SQLite locks its
 * database that way: no file of ours could be left behind and name a process that is gone.
 *
 * @returns undefined where nobody holds it, or the holder is outside of this container.
 */
export function lockHolder(path: string, locks = KERNEL_LOCKS): number | undefined {
  try {
    const inode = String(statSync(path).ino);
    const held = readFileSync(locks, 'latin1').split('\n').map(readLock);
    return held.find((lock) => lock?.inode === inode)?.pid;
  } catch {
    // No such file, or a system without that list.
    return undefined;
  }
}

/** `1: POSIX  ADVISORY  WRITE 4740 fe:00:2310236 1073741824 1073742335`; a line with `->` only waits for a lock. */
function readLock(line: string): { readonly pid: number; readonly inode: string | undefined } | undefined {
  const [, kind, , , holder, file = ''] = line.trim().split(/\s+/);
  const pid = Number(holder);
  return kind === 'POSIX' && pid > 0 ? { pid, inode: file.split(':')[2] } : undefined;
}

import { chownSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Gives a file that root made to the owner of its folder: otherwise the service, which is another user, could not write
 * what a command under `sudo` left behind. For anybody but root it does nothing.
 */
export function giveToOwnerOfFolder(path: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dirname(path));
  chownSync(path, uid, gid);
}

/** Makes a folder, and those above it that are missing, as the service would: for the owner of the folder that it is in. */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o750 });
  giveToOwnerOfFolder(path);
}

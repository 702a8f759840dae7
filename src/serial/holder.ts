import { readdir, readFile, readlink, realpath } from 'node:fs/promises';

/** A process that has a port open. */
export interface Holder {
  readonly pid: number;
  readonly name: string;
}

/** Another process that has `path` open, as far as this user may see: root sees all, others only their own. */
export async function holderOf(path: string, proc = '/proc'): Promise<Holder | undefined> {
  const device = await realpath(path).catch(() => path);
  for (const entry of await readdir(proc)) {
    const pid = Number(entry);
    if (Number.isInteger(pid) && pid !== process.pid && (await hasOpen(`${proc}/${entry}/fd`, device))) {
      return { pid, name: (await readFile(`${proc}/${entry}/comm`, 'utf8').catch(() => '?')).trim() };
    }
  }
  return undefined;
}

async function hasOpen(folder: string, device: string): Promise<boolean> {
  // Processes end while we look, and those of other users may not be looked into.
  const descriptors = await readdir(folder).catch(() => []);
  for (const descriptor of descriptors) {
    if ((await readlink(`${folder}/${descriptor}`).catch(() => '')) === device) return true;
  }
  return false;
}

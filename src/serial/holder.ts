import { readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';

/** A process that has a port open. */
export interface Holder {
  readonly pid: number;
  readonly name: string;
  /** Whether it runs this program. */
  readonly isOurs: boolean;
}

/**
 * Another process that has `path` open, as far as this user may see: root sees all, others their own and those that hold
 * a lock, as p1-relay does.
 */
export async function holderOf(path: string, proc = '/proc'): Promise<Holder | undefined> {
  const device = await realpath(path).catch(() => path);
  const pid = (await opener(device, proc)) ?? (await locker(device, proc));
  return pid === undefined ? undefined : describe(pid, proc);
}

async function opener(device: string, proc: string): Promise<number | undefined> {
  for (const entry of await readdir(proc)) {
    const pid = Number(entry);
    if (isOther(pid) && (await hasOpen(`${proc}/${entry}/fd`, device))) return pid;
  }
  return undefined;
}

async function hasOpen(folder: string, device: string): Promise<boolean> {
  // Processes end while we look, and those of other users may not be looked into.
  const descriptors = await readdir(folder).catch(() => []);
  for (const descriptor of descriptors) {
    if ((await readlink(`${folder}/${descriptor}`).catch(() => undefined)) === device) return true;
  }
  return false;
}

/** The kernel's list of locks, which every user may read: `1: FLOCK  ADVISORY  WRITE 4740 00:06:312 0 EOF`. */
async function locker(device: string, proc: string): Promise<number | undefined> {
  const inode = await stat(device).then(
    ({ ino }) => String(ino),
    () => '',
  );
  const locks = (await readFile(`${proc}/locks`, 'latin1').catch(() => '')).split('\n');
  const pids = locks.map((line) => {
    const [, kind, , , pid, file = ''] = line.trim().split(/\s+/);
    return kind === 'FLOCK' && file.split(':')[2] === inode ? Number(pid) : 0;
  });
  return pids.find(isOther);
}

function isOther(pid: number): boolean {
  return Number.isInteger(pid) && pid > 0 && pid !== process.pid;
}

async function describe(pid: number, proc: string): Promise<Holder> {
  const words = (await readFile(`${proc}/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
  const programs = await Promise.all([process.argv[1] ?? '', ...words].map((word) => realpath(word).catch(() => '')));
  const [ours, ...theirs] = programs;
  const isOurs = ours !== '' && theirs.includes(ours ?? '');
  const name = (await readFile(`${proc}/${pid}/comm`, 'utf8').catch(() => '?')).trim();
  return { pid, name: isOurs ? 'p1-relay' : name, isOurs };
}

import { readdirSync, readFileSync } from 'node:fs';

/** What Linux knows of a running process. Source: proc(5). */

export interface Memory {
  /** Bytes in RAM, of which the anonymous ones belong to this process alone and can only go to swap. */
  readonly rss: number;
  readonly anonymous: number;
  readonly file: number;
}

export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1_024;
  return { rss: bytes('VmRSS'), anonymous: bytes('RssAnon'), file: bytes('RssFile') };
}

/** Milliseconds of CPU that each thread of a process has taken, the main one first. */
export function threadsCpuMs(pid: number): Map<string, number> {
  const threads = new Map<string, number>();
  for (const id of readdirSync(`/proc/${pid}/task`)) {
    const [nanoseconds = ''] = readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ');
    threads.set(id, Number(nanoseconds) / 1e6);
  }
  return threads;
}

/** Bytes that a process has made the disk write; what is still in the page cache counts. */
export function writtenBytes(pid: number): number {
  return Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

/** CPU by thread between two looks: all of it, of the main thread, of the busiest other, of the rest. */
export function spent(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>) {
  const each = [...after].map(([id, total]) => total - (before.get(id) ?? 0));
  const [main = 0, ...others] = each;
  const all = each.reduce((sum, value) => sum + value, 0);
  const second = Math.max(0, ...others);
  return { all, main, second, rest: all - main - second };
}

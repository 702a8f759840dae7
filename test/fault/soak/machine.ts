import { readFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';

/** Where the figures come from: they are of this machine and no other. */
export function describeMachine(): string {
  const cores = cpus();
  const model = cores[0]?.model.trim() ?? 'unknown CPU';
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  return `${model}, ${cores.length} cores, ${memory}, node ${process.version}, state on ${fileSystemOf(tmpdir())}`;
}

/** The kind of file system that a folder lies on. Source: proc(5). */
function fileSystemOf(folder: string): string {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, point = '-']) => point === '/' || `${folder}/`.startsWith(`${point}/`))
    .toSorted(([, a = ''], [, b = '']) => b.length - a.length);
  return mounts[0]?.[2] ?? 'an unknown file system';
}

import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { holderOf } from '../../../src/serial/holder.ts';

let root: string;
let port: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'p1-relay-holder-'));
  port = join(root, 'ttyUSB0');
  await writeFile(port, '');
  await mkdir(join(root, 'proc'));
});
afterEach(() => rm(root, { recursive: true }));

test('a process of another user is known by its lock, which everybody may see', async () => {
  await runs(612, 'python3', ['python3', 'datalogger.py']);
  await lock('2: FLOCK  ADVISORY  WRITE 612 00:06:FILE 0 EOF');
  expect(await holder()).toEqual({ pid: 612, name: 'python3', isOurs: false });
});

test('one that runs this program is called so, whatever node calls itself', async () => {
  await runs(700, 'MainThread', ['node', '--optimize-for-size', process.argv[1] ?? '', 'run']);
  await lock('2: FLOCK  ADVISORY  WRITE 700 00:06:FILE 0 EOF');
  expect(await holder()).toEqual({ pid: 700, name: 'p1-relay', isOurs: true });
});

test.each([
  ['a lock on another file', '2: FLOCK  ADVISORY  WRITE 612 00:06:1 0 EOF'],
  ['one that waits for a lock', '2: -> FLOCK  ADVISORY  WRITE 612 00:06:FILE 0 EOF'],
  ['a lock of another kind', '2: POSIX  ADVISORY  WRITE 612 00:06:FILE 0 EOF'],
  ['a lock of this process', `2: FLOCK  ADVISORY  WRITE ${process.pid} 00:06:FILE 0 EOF`],
])('%s is no holder', async (_, line) => {
  await lock(line);
  expect(await holder()).toBeUndefined();
});

test('without a list of locks, and for a port that is not there, nobody is', async () => {
  expect(await holder()).toBeUndefined();
  expect(await holderOf('/dev/no-such-port', join(root, 'proc'))).toBeUndefined();
});

test('nobody holds a name that is empty, whatever process may not be looked into', async () => {
  await mkdir(join(root, 'proc/612/fd/0'), { recursive: true });
  expect(await holderOf('', join(root, 'proc'))).toBeUndefined();
});

function holder() {
  return holderOf(port, join(root, 'proc'));
}

async function runs(pid: number, name: string, words: readonly string[]): Promise<void> {
  const folder = join(root, 'proc', String(pid));
  await mkdir(folder);
  await writeFile(join(folder, 'comm'), `${name}\n`);
  await writeFile(join(folder, 'cmdline'), `${words.join('\0')}\0`);
}

/** The kernel's list, with the inode of the port in the place of FILE. */
async function lock(line: string): Promise<void> {
  await writeFile(
    join(root, 'proc/locks'),
    `1: POSIX  ADVISORY  WRITE 1 08:01:7 0 EOF\n${line}\n`.replace('FILE', String((await stat(port)).ino)),
  );
}

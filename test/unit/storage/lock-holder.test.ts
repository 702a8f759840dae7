import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lockHolder } from '../../../src/storage/lock-holder.ts';
import { openStore, temporaryFolder } from '../../support/journal.ts';

/** The kernel's list, with what it says of a file in the place of FILE. */
function withLocks(lines: readonly string[]): number | undefined {
  const folder = temporaryFolder();
  const [path, locks] = [join(folder, 'journal.db'), join(folder, 'locks')];
  writeFileSync(path, '');
  const inode = statSync(path).ino;
  writeFileSync(locks, lines.join('\n').replaceAll('FILE', `08:01:${inode}`));
  return lockHolder(path, locks);
}

test('the holder of an open journal is this process', () => {
  const folder = temporaryFolder();
  const store = openStore(folder);
  expect(lockHolder(join(folder, 'journal.db'))).toBe(process.pid);
  store.close();
  expect(lockHolder(join(folder, 'journal.db'))).toBeUndefined();
});

test('it is found among the locks of others, and behind those who only wait', () => {
  const lines = [
    '1: POSIX  ADVISORY  WRITE 11 08:01:1 0 EOF',
    '1: -> POSIX  ADVISORY  WRITE 12 FILE 0 EOF',
    '2: FLOCK  ADVISORY  WRITE 13 FILE 0 EOF',
    '3: POSIX  ADVISORY  WRITE 14 FILE 1073741824 1073742335',
    '',
  ];
  expect(withLocks(lines)).toBe(14);
});

test('nobody is named where nobody holds it, the holder is outside of the container, or nothing can be read', () => {
  expect(withLocks([])).toBeUndefined();
  expect(withLocks(['1: POSIX  ADVISORY  WRITE 0 FILE 0 EOF'])).toBeUndefined();
  expect(lockHolder('/no/such/file')).toBeUndefined();
  expect(lockHolder(import.meta.filename, '/no/such/list')).toBeUndefined();
});

import { chownSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openJournalStore } from '../../../src/journal/open.ts';
import { StoppedJournal } from '../../../src/journal/stopped.ts';
import { several, temporaryFolder } from '../../support/journal.ts';
import { describeAsRoot } from '../../support/tools.ts';

const SERVICE = 4_711;
const options = {
  ...{ endpoints: [{ name: 'a', source: undefined }], syncIntervalMs: 0 },
  ...{ keepMs: Infinity, keepBytes: Infinity, maxBytes: 1e9 },
};

/** The state directory of a service that is another user. */
function servicesFolder(): string {
  const folder = join(temporaryFolder(), 'state');
  mkdirSync(folder);
  chownSync(folder, SERVICE, SERVICE);
  return folder;
}

/** What root does there. */
function work(folder: string): void {
  const { store } = openJournalStore({ ...options, folder });
  store.append(several(1, 3));
  expect(ownersOf(folder)).toEqual({ 'journal.db': SERVICE, 'journal.db-wal': SERVICE, 'journal.reserve': SERVICE });
  store.close();
}

const ownersOf = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, statSync(join(folder, name)).uid]));

describeAsRoot('what root does in the folder of another user', () => {
  test('leaves that user a new journal', () => {
    const folder = servicesFolder();
    work(folder);
    expect(ownersOf(folder)).toEqual({ 'journal.db': SERVICE, 'journal.reserve': SERVICE });
  });

  test('leaves that user a reserve that was not there', () => {
    const folder = servicesFolder();
    work(folder);
    rmSync(join(folder, 'journal.reserve'));
    work(folder);
    expect(ownersOf(folder)).toEqual({ 'journal.db': SERVICE, 'journal.reserve': SERVICE });
  });

  test('leaves that user a repaired journal', () => {
    const folder = servicesFolder();
    writeFileSync(join(folder, 'journal.db'), 'no database '.repeat(1_000));
    chownSync(join(folder, 'journal.db'), SERVICE, SERVICE);
    openJournalStore({ ...options, folder }).store.close();
    expect(Object.values(ownersOf(folder))).toEqual([SERVICE, SERVICE, SERVICE]);
  });

  test('leaves no file where it only looks', () => {
    const folder = servicesFolder();
    work(folder);
    const journal = new StoppedJournal(folder);
    expect(journal.state().head).toBe(3);
    expect(Object.values(ownersOf(folder))).toEqual([SERVICE, SERVICE, SERVICE, SERVICE]);
    journal.close();
    expect(ownersOf(folder)).toEqual({ 'journal.db': SERVICE, 'journal.reserve': SERVICE });
  });
});

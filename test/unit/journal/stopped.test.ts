import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Database } from '../../../src/storage/database.ts';
import { StoppedJournal } from '../../../src/journal/stopped.ts';
import type { JournalStore } from '../../../src/journal/store.ts';
import type { Subject, Survey } from '../../../src/journal/survey.ts';
import type { PageAsk } from '../../../src/journal/telegrams.ts';
import { fileJournalDesk } from '../../../src/service/journal-desk.ts';
import { countTelegrams } from '../../../src/service/verify.ts';
import { filesAsAfterAKill, incoming, numberIn, openStore, several, temporaryFolder } from '../../support/journal.ts';

const ALL = { after: 0, upTo: Number.MAX_SAFE_INTEGER };
const EVER = { from: 0, to: Number.MAX_SAFE_INTEGER, source: undefined };

/** 2,000 telegrams of two sources and a dead letter, closed in order. */
function closedJournal(): string {
  const folder = temporaryFolder();
  const store = openStore(folder);
  store.append([...several(1, 1_000), ...several(1_001, 2_000, 'barn')]);
  store.bury('a', { ...incoming(1), seq: 1, buriedAt: 5, reason: 'refused' });
  store.close();
  return folder;
}

function look(folder: string): StoppedJournal {
  const journal = new StoppedJournal(folder);
  onTestFinished(() => journal.close());
  return journal;
}

function change(folder: string, sql: string): void {
  const db = new Database(join(folder, 'journal.db'));
  db.exec(sql);
  db.close();
}

/** Gives a row another number where it lies, as flipped bits would; all rows of its table are on one page. */
function changeNumber(folder: string, from: number, to: number): void {
  const path = join(folder, 'journal.db');
  const db = new Database(path);
  const { rootpage } = db
    .prepare<[], { rootpage: number }>("SELECT * FROM sqlite_master WHERE name = 'telegram'")
    .get()!;
  db.close();
  const file = readFileSync(path);
  const page = file.subarray((rootpage - 1) * 1_024);
  // The format of SQLite's files, 1.6: the cells of a leaf begin with the length of the row, a byte here, and its number.
  const cells = Array.from({ length: page.readUInt16BE(3) }, (_, index) => page.readUInt16BE(8 + 2 * index));
  const cell = cells.find((at) => page[at + 1] === from)!;
  page[cell + 1] = to;
  writeFileSync(path, file);
}

/** Every part, put together. */
function surveyAll(journal: Pick<StoppedJournal, 'survey'>, subject: Subject): Survey {
  const parts: Survey[] = [];
  for (let after = 0; after < ALL.upTo; after = parts.at(-1)!.upTo) {
    parts.push(journal.survey({ subject, after, upTo: ALL.upTo }));
    expect(parts.at(-1)!.upTo).toBeGreaterThan(after);
  }
  const [kept, damaged] = [parts.flatMap((part) => part.kept), parts.flatMap((part) => part.damaged)];
  return { upTo: ALL.upTo, kept, damaged };
}

/** The telegrams of every page; undefined for one without bytes. */
function numbersIn(journal: StoppedJournal, wanted: Partial<PageAsk>): (number | undefined)[] {
  const numbers: (number | undefined)[] = [];
  for (let after = 0; after < ALL.upTo;) {
    const { upTo, rows } = journal.page({ ...ALL, ...EVER, ...wanted, after });
    expect(upTo).toBeGreaterThan(after);
    numbers.push(...rows.map(({ raw }) => raw && numberIn(raw)));
    after = upTo;
  }
  return numbers;
}

const countOf = ({ kept }: Survey): number => kept.reduce((sum, { count }) => sum + count, 0);
const contentOf = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')]));

describe('a look at a stopped journal', () => {
  test.each([
    ['closed in order', (folder: string) => folder],
    ['left by kill -9', filesAsAfterAKill],
  ])('%s finds everything, and leaves every file as it was', (_, leave) => {
    const before = temporaryFolder();
    const store = openStore(before);
    store.append(several(1, 20));
    store.cursors.pass([{ endpoint: 'a', seq: 1, how: 'delivered' }]);
    store.writeCursors();
    if (leave !== filesAsAfterAKill) store.close();
    const folder = leave(before);
    const files = contentOf(folder);
    const journal = new StoppedJournal(folder);
    expect(journal.state()).toMatchObject({
      sources: ['house'],
      endpoints: [{ name: 'a', source: undefined, acked: 1, waiting: 19, delivered: 1, oldestAt: 2_000, dead: 0 }],
    });
    expect(countOf(surveyAll(journal, 'telegrams'))).toBe(20);
    expect(journal.faults()).toEqual([]);
    journal.close();
    expect(contentOf(folder)).toEqual(files);
  });

  test('keeps a service out while it lasts, and is kept out by one', () => {
    const folder = closedJournal();
    const journal = new StoppedJournal(folder);
    expect(() => openStore(folder)).toThrow(/in use/);
    journal.close();
    openStore(folder);
    expect(() => new StoppedJournal(folder)).toThrow(/in use/);
  });

  test('shows no endpoint that was taken out', () => {
    const folder = closedJournal();
    openStore(folder, { endpoints: [{ name: 'b', source: 'barn' }] }).close();
    expect(look(folder).state().endpoints).toMatchObject([{ name: 'b', source: 'barn', waiting: 0 }]);
  });

  test.each([
    [1, /has schema 1, expected \d: start the service of this version once/],
    [99, /has schema 99, this p1-relay knows up to \d/],
  ])('refuses schema %d', (schema, text) => {
    const folder = closedJournal();
    change(folder, `PRAGMA user_version=${schema}`);
    expect(() => new StoppedJournal(folder)).toThrow(text);
  });

  test('that is no database says so, and it stays as it is', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'journal.db'), 'no database '.repeat(1_000));
    const files = contentOf(folder);
    expect(() => new StoppedJournal(folder)).toThrow(/journal\.db cannot be opened: file is not a database/);
    expect(contentOf(folder)).toEqual(files);
  });
});

describe('a survey', () => {
  test('counts by source, from when to when', async () => {
    const desk = fileJournalDesk(look(closedJournal()));
    expect(await countTelegrams(desk, 2_000, new AbortController().signal)).toEqual([
      { source: 'house', count: 1_000, from: 1_000, to: 1_000_000 },
      { source: 'barn', count: 1_000, from: 1_001_000, to: 2_000_000 },
    ]);
  });

  test('ends after a short time, and goes on where it ended', () => {
    let ms = 0;
    const store: JournalStore = openStore(temporaryFolder(), { nowMs: () => (ms += 9) });
    store.append(several(1, 5));
    const first = store.view.survey({ subject: 'telegrams', ...ALL });
    expect([first.upTo, countOf(first)]).toEqual([3, 3]);
    const page = store.view.page({ ...EVER, after: first.upTo, upTo: 4 });
    expect([page.upTo, page.rows.map(({ seq }) => seq)]).toEqual([4, [4]]);
    expect(countOf(surveyAll(store.view, 'telegrams'))).toBe(5);
  });

  test.each<[Subject, string, string, number]>([
    ['telegrams', 'UPDATE telegram SET crc = crc + 1 WHERE seq = 7', 'its bytes are damaged', 7],
    ['telegrams', "UPDATE telegram SET body = x'00ff' WHERE seq = 7", 'its bytes are damaged', 7],
    ['dead', 'UPDATE dead SET crc = crc + 1', 'its bytes are damaged', 1],
    [
      'dictionaries',
      'UPDATE dictionary SET crc = crc + 1 WHERE id = 1',
      'one of its two copies is damaged, the other serves',
      1,
    ],
    ['dictionaries', 'DELETE FROM dictionary WHERE id = 1', 'one of its two copies is damaged, the other serves', 1],
    [
      'dictionaries',
      'DELETE FROM dictionary_copy WHERE id = 1',
      'one of its two copies is damaged, the other serves',
      1,
    ],
    [
      'dictionaries',
      'UPDATE dictionary SET crc = 1 WHERE id = 1; UPDATE dictionary_copy SET crc = 1 WHERE id = 1',
      'both of its copies are damaged',
      1,
    ],
  ])('of %s tells what is damaged: %s', (subject, sql, what, number) => {
    const folder = closedJournal();
    expect(surveyAll(look(folder), subject).damaged).toEqual([]);
    const damaged = closedJournal();
    change(damaged, sql);
    expect(surveyAll(look(damaged), subject).damaged).toMatchObject([{ subject, first: number, last: number, what }]);
  });

  test('passes over pages that cannot be read, as a page of telegrams does', () => {
    const folder = closedJournal();
    const bytes = readFileSync(join(folder, 'journal.db'));
    const middle = Math.floor(bytes.length / 2_048) * 1_024;
    bytes.fill(0xff, middle, middle + 1_024);
    writeFileSync(join(folder, 'journal.db'), bytes);
    const journal = look(folder);
    const { kept, damaged } = surveyAll(journal, 'telegrams');
    expect(damaged).toMatchObject([{ what: 'cannot be read: database disk image is malformed' }]);
    const [{ first, last }] = damaged as [Survey['damaged'][number]];
    expect(countOf({ upTo: 0, kept, damaged }) + (last - first + 1)).toBe(2_000);
    expect(last - first).toBeLessThan(100);
    expect(journal.faults().length).toBeGreaterThan(0);

    const readable = Array.from({ length: 2_000 }, (_, index) => index + 1).filter((n) => n < first || n > last);
    expect(numbersIn(journal, {})).toEqual(readable);
    expect(journal.page({ ...ALL, ...EVER, after: first - 1 }).unreadable).toMatchObject({ first, last });
  });
});

test('a number that was damaged is named, and its telegram left out', () => {
  const folder = temporaryFolder();
  const store = openStore(folder);
  store.append(several(1, 9));
  store.close();
  changeNumber(folder, 7, 3);
  const journal = look(folder);
  const { kept, damaged } = surveyAll(journal, 'telegrams');
  expect(damaged).toMatchObject([{ first: 3, last: 3, what: 'its number stands behind 6' }]);
  expect(countOf({ upTo: 0, kept, damaged })).toBe(9);
  expect(numbersIn(journal, {})).toEqual([1, 2, 3, 4, 5, undefined, undefined, 8, 9]);
  expect(journal.faults().join()).toMatch(/out of order/);
});

test('pages hold the telegrams of a time and a source, its end left out', () => {
  const journal = look(closedJournal());
  const time = { from: 999_000, to: 1_003_000 };
  expect(numbersIn(journal, time)).toEqual([999, 1_000, 1_001, 1_002]);
  expect(numbersIn(journal, { ...time, source: 'barn' })).toEqual([1_001, 1_002]);
  expect(numbersIn(journal, { source: 'attic' })).toEqual([]);
});

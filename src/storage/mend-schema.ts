import { closeSync, fstatSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import type { Database } from './database.ts';

/** Where SQLite notes in the first page how long the file is, and which pages of it are free. */
const PAGE_COUNT_AT = 28;
const FREE_LIST = { at: 32, bytes: 8 };

/** What a page of a table or an index begins with. */
const PAGE_KINDS: readonly (number | undefined)[] = [2, 5, 10, 13];

/**
 * Puts the pages that hold the schema of a new database in the place of a broken one's. All that the same statements made have
 * them in the same places: with them back, all the other pages can be read again. A file that is no database at all is left as
 * it is.
 * Source: sqlite.org/fileformat.html §1.3, §1.6.
 *
 * @param whole a new one, without a row, and the path of its file.
 */
export function mendSchema(brokenPath: string, whole: Database, wholePath: string, pageBytes: number): void {
  whole.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const pages = pagesOf(readFileSync(wholePath), pageBytes);
  const schema = schemaPages(whole);
  const file = openSync(brokenPath, 'r+');
  try {
    const broken = Buffer.alloc(pages.length * pageBytes);
    readSync(file, broken, 0, broken.length, 0);
    if (!isDatabase(pagesOf(broken, pageBytes).filter((_, index) => !schema.has(index)))) return;
    for (const [index, page] of pages.entries()) {
      if (index === 0) describe(page, Math.floor(fstatSync(file).size / pageBytes));
      if (schema.has(index)) writeSync(file, page, 0, pageBytes, index * pageBytes);
    }
  } finally {
    closeSync(file);
  }
}

/** Counted from 0. */
function schemaPages(db: Database): ReadonlySet<number> {
  const rows = db.prepare<[], { pageno: number }>("SELECT pageno FROM dbstat WHERE name = 'sqlite_schema'").all();
  return new Set(rows.map(({ pageno }) => pageno - 1));
}

function isDatabase(pages: readonly Buffer[]): boolean {
  return pages.filter(([kind]) => PAGE_KINDS.includes(kind)).length > pages.length / 2;
}

function pagesOf(bytes: Buffer, pageBytes: number): Buffer[] {
  const count = Math.floor(bytes.length / pageBytes);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * pageBytes, (index + 1) * pageBytes));
}

/** Of the free pages nothing is known, and nothing has to be: the file is only read. */
function describe(firstPage: Buffer, pageCount: number): void {
  firstPage.writeUInt32BE(pageCount, PAGE_COUNT_AT);
  firstPage.fill(0, FREE_LIST.at, FREE_LIST.at + FREE_LIST.bytes);
}

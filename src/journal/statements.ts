import type { Database } from '../storage/sqlite.ts';

/** A row of the table `telegram`. */
export interface TelegramRow {
  readonly seq: number;
  readonly source: number;
  readonly at: number;
  readonly checksum: number;
  readonly dictionary: number;
  readonly crc: number;
  readonly body: Buffer;
}

/** A letter's number and when it was received, in milliseconds since 1970. */
export interface Stamp {
  readonly seq: number;
  readonly at: number;
}

/** Whose telegram has a number, and when it was received. */
export interface NumberedStamp {
  readonly number: number;
  readonly source: number;
  readonly at: number;
}

export type Statements = ReturnType<typeof prepareStatements>;

/** What the journal asks of its telegrams, prepared once. */
export function prepareStatements(db: Database) {
  return {
    insert: db.prepare(
      'INSERT INTO telegram(seq, source, at, checksum, dictionary, crc, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    read: db.prepare<[number, number], TelegramRow>('SELECT * FROM telegram WHERE seq > ? ORDER BY seq LIMIT ?'),
    // A row of no source at all is a damaged one, and must not be passed over without a word.
    readSource: db.prepare<[number, number, number], TelegramRow>(
      `SELECT * FROM telegram
       WHERE seq > ? AND (source = ? OR source IS NULL OR source NOT IN (SELECT id FROM source)) ORDER BY seq LIMIT ?`,
    ),
    readBefore: db.prepare<[number, number, string | null, number], TelegramRow>(
      `SELECT * FROM telegram WHERE seq < ? AND source = ? AND seq NOT IN (SELECT seq FROM dead WHERE endpoint = ?)
       ORDER BY seq DESC LIMIT ?`,
    ),
    countBetween: db.prepare<[number, number, number | null, number | null], { count: number }>(
      'SELECT count(*) AS count FROM telegram WHERE seq > ? AND seq <= ? AND (? IS NULL OR source = ?)',
    ),
    oldest: db.prepare<[], Stamp>('SELECT seq, at FROM telegram ORDER BY seq LIMIT 1'),
    oldestBehind: db.prepare<[number, number | null, number | null], Stamp>(
      'SELECT seq, at FROM telegram WHERE seq > ? AND (? IS NULL OR source = ?) ORDER BY seq LIMIT 1',
    ),
    one: db.prepare<[number], TelegramRow>('SELECT * FROM telegram WHERE seq = ?'),
    stamps: (after: number, upTo: number) =>
      db.walk<NumberedStamp>(
        'SELECT seq AS number, source, at FROM telegram WHERE seq >= ? + 1 AND seq <= ? ORDER BY seq',
        ...[after, upTo],
      ),
    countSync: db.prepare("UPDATE meta SET value = value + 1 WHERE key = 'syncs'"),
  };
}

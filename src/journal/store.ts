import { dirname } from 'node:path';
import { isFull, openDatabase, type Database } from '../storage/sqlite.ts';
import type { Checksum } from '../telegram/telegram.ts';
import { Commits } from './commits.ts';
import { Cursors, type CursorState, type EndpointPlace, type Passed } from './cursors.ts';
import { DeadLetters, type DeadLetter } from './dead-letters.ts';
import { Dictionaries } from './dictionaries.ts';
import { Disk } from './disk.ts';
import { Reserve } from './reserve.ts';
import { freeInsideBytes, reclaim, usedBytes, type Limits } from './retention.ts';
import { CHECKSUMS, migrations } from './schema.ts';
import { Sequence } from './sequence.ts';
import { Sources } from './sources.ts';

/** A telegram on its way into the journal. */
export interface Incoming {
  readonly source: string;
  /** The wall clock at its first byte, in milliseconds since 1970. */
  readonly at: number;
  readonly checksum: Checksum;
  readonly raw: Uint8Array;
}

/** A telegram as it lies in the journal; `raw` is undefined where its row is damaged. */
export interface Row {
  readonly seq: number;
  readonly source: string;
  readonly at: number;
  readonly checksum: Checksum;
  readonly raw: Buffer | undefined;
}

/** A letter's number and when it was received, in milliseconds since 1970. */
export interface Stamp {
  readonly seq: number;
  readonly at: number;
}

export interface StoreOptions extends Limits {
  /** The database file. */
  readonly path: string;
  readonly endpoints: readonly EndpointPlace[];
  /** At most so long may a commit stay in the page cache before it is on the card; 0 = each commit is synced. */
  readonly syncIntervalMs: number;
  /** Where an endpoint begins that the journal does not know: behind the newest letter, or with the oldest kept. */
  readonly newEndpointsFrom?: 'now' | 'beginning';
  /** A clock that is never set, in milliseconds. */
  readonly nowMs?: () => number;
}

/** No room for another telegram. It is not accepted; everything accepted before stays as it is. */
export class JournalFull extends Error {
  override readonly name = 'JournalFull';
}

/** A commit writes each changed page whole: small pages keep the card's writes down. */
export const PAGE_BYTES = 1_024;
/** Room inside the file for the next telegrams, however the disk stands. */
const SPARE_BYTES = 64 * PAGE_BYTES;

interface TelegramRow {
  readonly seq: number;
  readonly source: number;
  readonly at: number;
  readonly checksum: number;
  readonly dictionary: number;
  readonly crc: number;
  readonly body: Buffer;
}

/**
 * The accepted telegrams on disk, one cursor an endpoint, and the dead letters. Synchronous: `worker.ts` runs it in a
 * thread of its own, so that a card that stalls does not stop reading.
 */
export class JournalStore {
  readonly options: StoreOptions;
  readonly cursors: Cursors;
  readonly dead: DeadLetters;
  readonly #db: Database;
  readonly #commits: Commits;
  readonly #sequence: Sequence;
  readonly #sources: Sources;
  readonly #dictionaries: Dictionaries;
  readonly #disk: Disk;
  readonly #reserve: Reserve;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(options: StoreOptions) {
    const nowMs = options.nowMs ?? (() => performance.now());
    const folder = dirname(options.path);
    this.options = options;
    this.#db = openDatabase(options.path, migrations, PAGE_BYTES);
    this.#statements = prepare(this.#db);
    this.#sequence = new Sequence(this.#db);
    this.#sources = new Sources(this.#db);
    this.#dictionaries = new Dictionaries(this.#db);
    this.#disk = new Disk(folder, nowMs);
    this.#reserve = new Reserve(`${folder}/journal.reserve`);
    this.cursors = new Cursors(this.#db, (name) => this.#sources.id(name));
    this.dead = new DeadLetters(this.#db);
    this.#commits = new Commits(this.#db, {
      syncIntervalMs: options.syncIntervalMs,
      nowMs,
      beforeCommit: () => this.cursors.write(),
      afterRollback: () => this.#forget(),
    });
    this.#begin();
  }

  /**
   * Accepts telegrams, and moves the cursors that moved since.
   *
   * @returns their sequence numbers, in order.
   * @throws {JournalFull}
   */
  append(telegrams: readonly Incoming[], passed: readonly Passed[] = []): number[] {
    this.#guardDisk();
    return this.#onReserve(() => {
      if (!this.#sequence.holds(telegrams.length)) this.#reserveNumbers(telegrams.length);
      return this.#commits.run(() => {
        const seqs = telegrams.map((telegram) => this.#insert(telegram));
        this.cursors.pass(passed);
        return seqs;
      });
    });
  }

  /** Moves cursors without a telegram. @throws {JournalFull} */
  pass(passed: readonly Passed[]): void {
    if (passed.length === 0) return;
    this.#onReserve(() => this.#commits.run(() => this.cursors.pass(passed)));
  }

  /** Letters of one source (or of all) behind a sequence number, oldest first. */
  read(after: number, limit: number, source: string | undefined): Row[] {
    const { read, readSource } = this.#statements;
    const rows =
      source === undefined ? read.all(after, limit) : readSource.all(after, this.#sources.known(source), limit);
    return rows.map((row) => this.#unpack(row));
  }

  /** Makes a letter a dead letter, on the card before its cursor moves. @throws {JournalFull} */
  bury(endpoint: string, letter: DeadLetter, passed: readonly Passed[]): void {
    this.#onReserve(() =>
      this.#commits.runSynced(() => {
        this.dead.add(endpoint, letter);
        this.cursors.pass([...passed, { endpoint, seq: letter.seq, how: 'buried' }]);
      }),
    );
  }

  /** What is changed of the dead letters is on the card when it returns. */
  changeDead<T>(change: (dead: DeadLetters) => T): T {
    return this.#onReserve(() => this.#commits.runSynced(() => change(this.dead)));
  }

  /** Puts on the card what has been only committed for an interval. */
  syncIfDue(): void {
    if (this.#commits.isSyncDue) this.#commits.runSynced(() => this.#statements.countSync.run());
  }

  /** Lets go of what is older or more than is to be kept. @returns how many letters each endpoint lost by it. */
  reclaim(wallMs: number): ReadonlyMap<string, number> {
    const limits = { ...this.options, head: this.#sequence.last };
    const dropped = reclaim(this.#db, this.cursors, limits, wallMs, (work) => this.#commits.runSynced(work));
    const oldest = this.#statements.oldest.get();
    if (oldest !== undefined) this.#commits.run(() => this.#dictionaries.reclaim(oldest.seq));
    return dropped;
  }

  /** The oldest letter that waits for an endpoint. */
  oldestFor(endpoint: string): Stamp | undefined {
    const place = this.cursors.placeOf(endpoint);
    return place && this.#statements.oldestBehind.get(place.acked, place.source, place.source);
  }

  state(): { head: number; bytes: number; freeBytes: number; cursors: CursorState[] } {
    const { freeBytes } = this.#disk;
    return { head: this.#sequence.last, bytes: usedBytes(this.#db), freeBytes, cursors: this.cursors.state() };
  }

  close(): void {
    this.#commits.runSynced(() => this.#sequence.release());
    this.#db.close();
  }

  /** Lets go of the files of a journal that turned out to be damaged. */
  abandon(): void {
    try {
      this.#db.close();
    } catch {
      // A damaged database may not even close: its files are moved all the same.
    }
  }

  #begin(): void {
    this.#reserveNumbers(1);
    const { endpoints, newEndpointsFrom = 'now' } = this.options;
    this.#commits.runSynced(() => this.cursors.place(endpoints, this.#sequence.last, newEndpointsFrom));
    this.#reserve.fill();
  }

  /** The checkpoint puts the reservation into the database itself: it holds even where the -wal file is lost. */
  #reserveNumbers(count: number): void {
    this.#commits.runSynced(() => this.#sequence.reserve(count));
    this.#db.pragma('wal_checkpoint(PASSIVE)');
  }

  /** A full disk is given the reserve, and with it the room to delete what need not be kept. */
  #onReserve<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!isFull(error)) throw error;
      this.#reserve.release();
    }
    try {
      this.reclaim(Date.now());
      return work();
    } catch (error) {
      if (!isFull(error)) throw error;
      const remedy = 'free some space on its disk, or raise journal.maxSize';
      throw new JournalFull(`${this.options.path} has no room for another telegram; ${remedy}`, { cause: error });
    }
  }

  #guardDisk(): void {
    if (!this.#disk.isLow || freeInsideBytes(this.#db) > SPARE_BYTES) return;
    this.reclaim(Infinity);
    if (freeInsideBytes(this.#db) > SPARE_BYTES) return;
    throw new JournalFull(`${String(this.#disk)}; free some space`);
  }

  #insert(telegram: Incoming): number {
    const source = this.#sources.id(telegram.source);
    const seq = this.#sequence.take();
    const { dictionary, crc, body } = this.#dictionaries.pack(source, seq, telegram.raw);
    const checksum = CHECKSUMS.indexOf(telegram.checksum);
    this.#statements.insert.run(seq, source, telegram.at, checksum, dictionary, crc, body);
    this.cursors.arrived(source);
    return seq;
  }

  #unpack(row: TelegramRow): Row {
    const { seq, at } = row;
    const checksum = CHECKSUMS[row.checksum] ?? 'valid';
    return {
      seq,
      at,
      checksum,
      source: this.#sources.name(row.source),
      raw: this.#dictionaries.unpack(row, row.dictionary),
    };
  }

  #forget(): void {
    this.cursors.forget();
    this.#dictionaries.forget();
    this.#sources.forget();
  }
}

function prepare(db: Database) {
  return {
    insert: db.prepare(
      'INSERT INTO telegram(seq, source, at, checksum, dictionary, crc, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    read: db.prepare<[number, number], TelegramRow>('SELECT * FROM telegram WHERE seq > ? ORDER BY seq LIMIT ?'),
    readSource: db.prepare<[number, number, number], TelegramRow>(
      'SELECT * FROM telegram WHERE seq > ? AND source = ? ORDER BY seq LIMIT ?',
    ),
    oldest: db.prepare<[], Stamp>('SELECT seq, at FROM telegram ORDER BY seq LIMIT 1'),
    oldestBehind: db.prepare<[number, number | null, number | null], Stamp>(
      'SELECT seq, at FROM telegram WHERE seq > ? AND (? IS NULL OR source = ?) ORDER BY seq LIMIT 1',
    ),
    countSync: db.prepare("UPDATE meta SET value = value + 1 WHERE key = 'syncs'"),
  };
}

import { dirname } from 'node:path';
import { machineTime, type MachineTime } from '../time/boot.ts';
import { openDatabase, type Database } from '../storage/sqlite.ts';
import type { Incoming } from './crossing.ts';
import { Ages } from './ages.ts';
import { Commits } from './commits.ts';
import type { CursorState } from './cursor.ts';
import { Cursors, type Passed, type Proof } from './cursors.ts';
import { lastBefore } from './last-before.ts';
import { DeadLetters, type DeadLetter } from './dead-letters.ts';
import { Dictionaries } from './dictionaries.ts';
import { Disk } from './disk.ts';
import type { EndpointPlace, TakenOut } from './placing.ts';
import { OVERSHOOT, Retention, usedBytes, type Limits } from './retention.ts';
import { CHECKSUMS, migrations } from './schema.ts';
import { Restamping } from './restamping.ts';
import { Replays, type ReplayPlan, type ReplayState } from './replays.ts';
import { Sequence } from './sequence.ts';
import { Sources } from './sources.ts';
import { Space } from './space.ts';
import { prepareStatements, type Statements } from './statements.ts';
import { Telegrams, type Row } from './telegrams.ts';
import { JournalView } from './view.ts';

export interface StoreOptions extends Limits {
  /** The database file. */
  readonly path: string;
  readonly endpoints: readonly EndpointPlace[];
  /** At most so long may a commit stay in the page cache before it is on the card; 0 = each commit is synced. */
  readonly syncIntervalMs: number;
  /** Where an endpoint begins that the journal does not know, whatever it wishes. */
  readonly newEndpointsFrom?: 'beginning';
  /** Told while a damaged journal is repaired, a thousand rows each: which part of it is done, from 0 up to 1. */
  readonly repairing?: ((part: number) => void) | undefined;
  /** A clock that is never set, in milliseconds. */
  readonly nowMs?: () => number;
  /** What the machine says of the time. */
  readonly time?: () => MachineTime;
}

/** A commit writes each changed page whole: small pages keep the card's writes down. */
export const PAGE_BYTES = 1_024;
/** Room inside the file for the next telegrams, however the disk stands. */
const SPARE_BYTES = 64 * PAGE_BYTES;

/**
 * The accepted telegrams on disk, one cursor an endpoint, and the dead letters. Synchronous: `worker.ts` runs it in a
 * thread of its own, so that a card that stalls does not stop reading.
 */
export class JournalStore {
  readonly options: StoreOptions;
  readonly cursors: Cursors;
  readonly dead: DeadLetters;
  readonly replays: Replays;
  readonly view: JournalView;
  readonly restamping: Restamping;
  /** Endpoints that the last process had and this one has not. */
  takenOut: readonly TakenOut[] = [];
  /** So many telegrams at most are lost where the -wal of an unclean end is: what came before is in the database itself. */
  readonly lostWithoutWal: number;
  readonly #db: Database;
  readonly #commits: Commits;
  readonly #sequence: Sequence;
  readonly #sources: Sources;
  readonly #dictionaries: Dictionaries;
  readonly #telegrams: Telegrams;
  readonly #disk: Disk;
  readonly #space: Space;
  readonly #retention: Retention;
  readonly #statements: Statements;

  constructor(options: StoreOptions) {
    const nowMs = options.nowMs ?? (() => performance.now());
    const { path } = options;
    this.options = options;
    this.#db = openDatabase(path, migrations, PAGE_BYTES);
    this.#disk = new Disk(dirname(path), nowMs);
    this.#space = new Space({
      ...{ path, db: this.#db, disk: this.#disk, spareBytes: SPARE_BYTES },
      reclaim: (wallMs, roomBytes) => this.#reclaim(wallMs, roomBytes),
    });
    try {
      this.#db.exec(`PRAGMA max_page_count=${Math.floor((options.maxBytes * OVERSHOOT) / PAGE_BYTES)}`);
      this.#statements = prepareStatements(this.#db);
      this.#sequence = new Sequence(this.#db);
      this.lostWithoutWal = this.#sequence.unaccounted;
      this.#sources = new Sources(this.#db);
      this.#dictionaries = new Dictionaries(this.#db);
      this.cursors = new Cursors(this.#db, (name) => this.#sources.id(name));
      this.dead = new DeadLetters(this.#db);
      this.replays = new Replays(this.#db);
      const read = { statements: this.#statements, sources: this.#sources, dictionaries: this.#dictionaries, nowMs };
      this.#telegrams = new Telegrams(read);
      const mirrors = [this.cursors, this.replays, this.#dictionaries, this.#sources];
      this.#commits = new Commits(this.#db, { syncIntervalMs: options.syncIntervalMs, nowMs, mirrors });
      this.view = new JournalView({
        ...{ ...read, db: this.#db, sequence: this.#sequence, telegrams: this.#telegrams, disk: this.#disk },
        ...{ cursors: this.cursors, replays: this.replays, dead: this.dead, commits: this.#commits },
      });
      this.#retention = new Retention({
        ...{ db: this.#db, cursors: this.cursors, replays: this.replays, limits: options },
        ...{ ages: new Ages(this.#db, nowMs), dead: this.dead },
        commit: (work) => this.#commits.runSynced(work),
        unpack: (row) => this.#dictionaries.unpack(row, row.dictionary),
      });
      this.restamping = new Restamping(this.#db, (work) => this.#space.making(() => this.#commits.runSynced(work)));
      this.#begin();
    } catch (error) {
      // A damaged journal can be opened for repair only once nobody holds it.
      this.abandon();
      throw error;
    }
  }

  /**
   * Accepts telegrams. Like every commit it also writes the cursors that moved.
   *
   * @param isSynced they are on the card when it returns.
   * @returns their sequence numbers, in order.
   * @throws {JournalFull}
   */
  append(telegrams: readonly Incoming[], isSynced = false): number[] {
    this.#space.guard();
    const bytes = telegrams.reduce((sum, { raw }) => sum + mostBytes(raw), 0);
    return this.#space.making(() => {
      if (!this.#sequence.holds(telegrams.length)) this.#reserveNumbers(telegrams.length);
      const insert = (): number[] => telegrams.map((telegram) => this.#insert(telegram));
      return isSynced ? this.#commits.runSynced(insert) : this.#commits.run(insert);
    }, bytes);
  }

  /** Writes the cursors that moved without a telegram. A full disk keeps them in memory, and delivery goes on. */
  writeCursors(): void {
    if (this.cursors.areWritten && this.replays.areWritten) return;
    this.#space.wherePossible(() => this.#commits.run(() => undefined));
  }

  /** Endpoints are done with letters: on disk with the next commit. */
  pass(passed: readonly Passed[]): void {
    this.cursors.pass(passed);
    for (const one of passed) if (one.lane === 'replay') this.replays.pass(one);
  }

  /** Notes, on the card, that letters are being sent, or that none is in doubt. A full disk does not stop delivery. */
  doubt(endpoint: string, doubt: 'sending' | null): void {
    this.cursors.doubt(endpoint, doubt);
    this.#space.wherePossible(() => this.#commits.runSynced(() => undefined));
  }

  /**
   * Begins to send a kept period once more, in the place of one that is under way. What waits for the endpoint is no
   * part of it: that goes anyway.
   *
   * @param isDry only says what it would be.
   * @throws {JournalFull}
   */
  startReplay(plan: ReplayPlan, isDry: boolean): ReplayState & { readonly letters: number } {
    const { endpoint, fromAt, toAt } = plan;
    const { source = null, acked = 0 } = this.cursors.placeOf(endpoint) ?? {};
    const position = lastBefore(this.#db, fromAt, Date.now());
    const last = Math.min(acked, lastBefore(this.#db, toAt + 1, Date.now()));
    const letters = this.#statements.countBetween.get(position, last, source, source)?.count ?? 0;
    const state = { ...plan, position, last, sent: 0, found: 0, thinned: 0, refused: 0 };
    if (!isDry) this.changeDead(() => this.replays.start(state));
    return { ...state, letters };
  }

  /** @returns how far it came; undefined where none was under way. @throws {JournalFull} */
  endReplay(endpoint: string): ReplayState | undefined {
    return this.changeDead(() => this.replays.end(endpoint));
  }

  /** Letters of one source (or of all) behind a sequence number, oldest first. */
  read(after: number, limit: number, source: string | undefined): Row[] {
    return this.restamping.dated(this.#telegrams.read(after, limit, source, this.#sequence.last));
  }

  /** The letters of a source just before a sequence number, oldest first, those not that the endpoint refused. */
  before(endpoint: string | undefined, seq: number, limit: number, source: string): Row[] {
    return this.restamping.dated(this.#telegrams.before(endpoint, seq, limit, source));
  }

  /** Makes a letter a dead letter, or sets it aside, on the card together with the cursor that moves past it. @throws {JournalFull} */
  bury(endpoint: string, letter: DeadLetter, aside = false): void {
    this.changeDead((dead) => {
      dead.add(endpoint, letter, aside);
      this.cursors.pass([{ endpoint, seq: letter.seq, how: 'buried' }]);
    });
  }

  /** A dead letter was taken at its second try. @throws {JournalFull} */
  deadTaken(endpoint: string, id: number, proof: Proof): void {
    this.changeDead((dead) => {
      if (dead.remove(endpoint, id)) this.cursors.takenAfterAll(endpoint, proof);
    });
  }

  /**
   * What is changed of the dead letters is on the card when it returns, and those over their number are forgotten.
   *
   * @throws {JournalFull}
   */
  changeDead<T>(change: (dead: DeadLetters) => T): T {
    return this.#space.making(() =>
      this.#commits.runSynced(() => {
        const result = change(this.dead);
        for (const forgotten of this.dead.trim()) this.cursors.forgotten(forgotten);
        return result;
      }),
    );
  }

  /** Puts on the card what has been only committed for an interval. */
  syncIfDue(): void {
    if (this.#commits.isSyncDue) this.#commits.runSynced(() => this.#statements.countSync.run());
  }

  /**
   * Lets go of what is older or more than is to be kept; `cursors.newlyLost` says who lost by it. A reserve that was
   * given up is set aside again.
   */
  tidy(wallMs: number): void {
    this.#reclaim(wallMs, 0);
    this.#space.refill();
  }

  state(): { head: number; bytes: number; freeBytes: number; cursors: CursorState[] } {
    const { freeBytes } = this.#disk;
    return { head: this.#sequence.last, bytes: usedBytes(this.#db), freeBytes, cursors: this.cursors.state() };
  }

  /** After a repair: the endpoints go on from where they stood, not from what was last on disk. */
  takeOver(before: readonly CursorState[]): void {
    this.cursors.takeOver(before, this.#sequence.last);
    this.writeCursors();
  }

  close(): void {
    try {
      // Without it the next open skips some numbers, and an endpoint may get its newest letters twice.
      this.#space.wherePossible(() => this.#commits.runSynced(() => this.#sequence.release()));
    } finally {
      this.#db.close();
    }
  }

  /** Lets go of the files of a journal that turned out to be damaged. */
  abandon(): void {
    this.#db.abandon();
  }

  #begin(): void {
    const { endpoints, newEndpointsFrom } = this.options;
    // Until the endpoints are placed nobody knows what may be deleted to make room.
    this.#space.first(() => {
      const place = () => this.cursors.place(endpoints, this.#sequence.last, newEndpointsFrom);
      this.takenOut = this.#commits.runSynced(place);
      this.replays.place();
      this.#reserveNumbers(1);
    });
    this.restamping.open((this.options.time ?? machineTime)());
    this.#space.reserve();
  }

  /** The checkpoint puts the reservation into the database itself: it holds even where the -wal file is lost. */
  #reserveNumbers(count: number): void {
    this.#sequence.reserve(count, (work) => this.#commits.runSynced(work));
    this.#db.exec('PRAGMA wal_checkpoint(PASSIVE)');
  }

  #reclaim(wallMs: number, roomBytes: number): void {
    this.#retention.reclaim(wallMs, roomBytes);
    const oldest = this.#statements.oldest.get();
    if (oldest !== undefined) this.#commits.run(() => this.#dictionaries.reclaim(oldest.seq));
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
}

/** What a telegram that does not pack can take: SQLite leaves at most half of its pages unused, and one begun. */
function mostBytes(raw: Uint8Array): number {
  return 2 * raw.length + PAGE_BYTES;
}

import { accessSync, constants, existsSync, mkdirSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { finishRepair, repairedPath, replaceBroken } from '../storage/salvage.ts';
import { Damaged, forgetQuarantined, isDamage, isDiskTrouble, isFull } from '../storage/sqlite.ts';
import { brokenCommits } from '../storage/wal.ts';
import { Reserve, reservePath } from './reserve.ts';
import { JournalFull, withRoom } from './room.ts';
import { salvage } from './salvage.ts';
import { JournalStore, PAGE_BYTES, type StoreOptions } from './store.ts';

export interface OpenOptions extends Omit<StoreOptions, 'path' | 'maxBytes'> {
  /** The state directory. */
  readonly folder: string;
  /** Default: the smaller of 2 GB and a tenth of the disk. */
  readonly maxBytes?: number | undefined;
}

/** The state directory, or the journal in it, is not for this user to write. */
class StateDenied extends Error {
  override readonly name = 'StateDenied';
}

/** The disk of the state directory does not work; it may come back. */
class DiskTrouble extends Error {
  override readonly name = 'DiskTrouble';
}

/** A damaged journal that was put aside, and what was saved of it. */
export interface Quarantined {
  readonly path: string;
  readonly cause: string;
  readonly telegramsSaved: number;
}

/** The -wal file holds the newest. Where it is gone so many telegrams at most are; where it is broken so many commits. */
export type LostWal = { readonly telegramsAtMost: number } | { readonly commits: number };

export interface Opened {
  readonly store: JournalStore;
  readonly quarantined: Quarantined | undefined;
  /** What is known to be lost of the newest; undefined where nothing is. */
  readonly lostWal: LostWal | undefined;
}

type Recovered = Omit<Opened, 'lostWal'>;
type Wal = 'new' | 'gone' | { readonly brokenCommits: number };

const LARGEST_BYTES = 2e9;
const DISK_SHARE = 0.1;

/**
 * Opens the journal of a state directory, which is made where it is missing. A damaged one is put aside and what can
 * be read of it is carried over, so that damage never stops the service.
 *
 * @throws {DatabaseInUse} {DatabaseTooNew} {StateDenied}; {JournalFull} and {DiskTrouble}, which may pass.
 */
export function openJournalStore(options: OpenOptions): Opened {
  const path = join(options.folder, 'journal.db');
  try {
    prepareFolder(options.folder, path);
    const wal = finishRepair(path) ? 'new' : lookAtWal(path);
    const opened = openOrRecover({ ...options, path, maxBytes: options.maxBytes ?? defaultMaxBytes(options.folder) });
    return { ...opened, lostWal: opened.quarantined === undefined ? lostOf(wal, opened.store) : undefined };
  } catch (error) {
    throw explain(path, error);
  }
}

/** To be looked at before it is opened: SQLite passes over what is broken of it, and then makes it anew. */
function lookAtWal(path: string): Wal {
  if (!existsSync(path)) return 'new';
  return existsSync(`${path}-wal`) ? { brokenCommits: brokenCommits(`${path}-wal`, PAGE_BYTES) } : 'gone';
}

function lostOf(wal: Wal, { lostWithoutWal }: JournalStore): LostWal | undefined {
  if (wal === 'new') return undefined;
  if (wal === 'gone') return lostWithoutWal > 0 ? { telegramsAtMost: lostWithoutWal } : undefined;
  return wal.brokenCommits > 0 ? { commits: wal.brokenCommits } : undefined;
}

function openOrRecover(options: StoreOptions): Recovered {
  try {
    refuseEmptied(options.path);
    return { store: new JournalStore(options), quarantined: undefined };
  } catch (error) {
    if (isDamage(error)) return recover(options, error);
    throw error;
  }
}

/** What a power cut leaves of some file systems: SQLite would take it for a journal that is new. */
function refuseEmptied(path: string): void {
  const wasOpened = existsSync(reservePath(dirname(path)));
  if (wasOpened && statSync(path, { throwIfNoEntry: false })?.size === 0) throw new Damaged(`${path} is empty`);
}

function explain(path: string, error: unknown): unknown {
  if (error instanceof JournalFull || error instanceof StateDenied) return error;
  if (isFull(error))
    return new JournalFull(`${path} cannot be opened: its disk is full; free some space`, { cause: error });
  if (!isDiskTrouble(error)) return error;
  const { message } = error as Error;
  return new DiskTrouble(message.includes(path) ? message : `${path}: ${message}`, { cause: error });
}

const DENIALS = ['EACCES', 'EPERM', 'EROFS', 'EEXIST', 'ENOTDIR'];

/** SQLite tells of all of these the same: that it cannot open the file. */
function prepareFolder(folder: string, path: string): void {
  const { R_OK, W_OK, X_OK } = constants;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o750 });
    accessSync(folder, R_OK | W_OK | X_OK);
    if (existsSync(path)) accessSync(path, R_OK | W_OK);
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) throw new StateDenied(`${path} is no file`);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw DENIALS.includes(code) ? new StateDenied(message, { cause: error }) : error;
  }
}

/**
 * Puts a journal aside that turned out to be damaged, and opens a new one with what could be saved. The damaged one
 * leaves its place only when the new one is whole: a repair that is cut short is begun again.
 *
 * @throws {JournalFull} where there is no room even for what endpoints still need.
 */
export function recover(options: StoreOptions, error: unknown): Recovered {
  const quarantined = repair(options, error);
  return { store: openRepaired(options), quarantined };
}

/** The first half of it. */
export function repair(options: StoreOptions, error: unknown): Quarantined {
  const repaired = repairedPath(options.path);
  const telegrams = salvaged(options, repaired);
  const broken = replaceBroken(options.path);
  const cause = error instanceof Error ? error.message : String(error);
  return { path: broken, cause, telegramsSaved: telegrams };
}

/** The second half. An endpoint whose cursor was lost gets what was saved once more: better twice than not at all. */
export function openRepaired(options: StoreOptions): JournalStore {
  return new JournalStore({ ...options, newEndpointsFrom: 'beginning' });
}

/** Where there is no room for the copy, earlier quarantines and what is kept for replay only are given up, in turn. */
function salvaged({ path, repairing }: StoreOptions, repaired: string): number {
  let onlyNeeded = false;
  const makeRoom = [
    () => new Reserve(reservePath(dirname(path))).release(),
    () => forgetQuarantined(path, 0),
    () => (onlyNeeded = true),
  ];
  const work = () => salvage(path, repaired, PAGE_BYTES, { onlyNeeded, repairing });
  return withRoom(path, makeRoom, work, 'to be repaired').telegrams;
}

function defaultMaxBytes(folder: string): number {
  const { blocks, bsize } = statfsSync(folder);
  return Math.min(LARGEST_BYTES, blocks * bsize * DISK_SHARE);
}

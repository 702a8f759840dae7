import { accessSync, constants, existsSync, mkdirSync, renameSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { isDamage, isFull, quarantine } from '../storage/sqlite.ts';
import { JournalFull } from './room.ts';
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

/** A damaged journal that was put aside, and what was saved of it. */
export interface Quarantined {
  readonly path: string;
  readonly cause: string;
  readonly telegramsSaved: number;
}

export interface Opened {
  readonly store: JournalStore;
  readonly quarantined: Quarantined | undefined;
}

const LARGEST_BYTES = 2e9;
const DISK_SHARE = 0.1;

/**
 * Opens the journal of a state directory, which is made where it is missing. A damaged one is put aside and what can
 * be read of it is carried over, so that damage never stops the service.
 *
 * @throws {DatabaseInUse} {DatabaseTooNew} {JournalFull} {StateDenied} and file system errors.
 */
export function openJournalStore(options: OpenOptions): Opened {
  const path = join(options.folder, 'journal.db');
  prepareFolder(options.folder, path);
  const storeOptions = { ...options, path, maxBytes: options.maxBytes ?? defaultMaxBytes(options.folder) };
  finishRepair(path);
  try {
    return { store: new JournalStore(storeOptions), quarantined: undefined };
  } catch (error) {
    if (isDamage(error)) return recover(storeOptions, error);
    if (!isFull(error) || error instanceof JournalFull) throw error;
    throw new JournalFull(`${path} cannot be made: its disk is full; free some space`, { cause: error });
  }
}

const DENIALS = ['EACCES', 'EPERM', 'EROFS', 'EEXIST', 'ENOTDIR'];

/** SQLite tells of all of these the same: that it cannot open the file. */
function prepareFolder(folder: string, path: string): void {
  const { R_OK, W_OK, X_OK } = constants;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o750 });
    accessSync(folder, R_OK | W_OK | X_OK);
    if (existsSync(path)) accessSync(path, R_OK | W_OK);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw DENIALS.includes(code) ? new StateDenied(message, { cause: error }) : error;
  }
}

/**
 * Puts a journal aside that turned out to be damaged, and opens a new one with what could be saved. The damaged one
 * leaves its place only when the new one is whole: a repair that is cut short is begun again.
 */
export function recover(options: StoreOptions, error: unknown): Opened {
  const repaired = repairedPath(options.path);
  const { telegrams } = salvage(options.path, repaired, PAGE_BYTES);
  const broken = quarantine(options.path, new Date());
  renameSync(repaired, options.path);
  const cause = error instanceof Error ? error.message : String(error);
  return {
    // An endpoint whose cursor was lost gets what was saved once more: better twice than not at all.
    store: new JournalStore({ ...options, newEndpointsFrom: 'beginning' }),
    quarantined: { path: broken, cause, telegramsSaved: telegrams },
  };
}

/** The process ended between the two renames of a repair. */
function finishRepair(path: string): void {
  if (!existsSync(path) && existsSync(repairedPath(path))) renameSync(repairedPath(path), path);
}

function repairedPath(path: string): string {
  return `${path}.repaired`;
}

function defaultMaxBytes(folder: string): number {
  const { blocks, bsize } = statfsSync(folder);
  return Math.min(LARGEST_BYTES, blocks * bsize * DISK_SHARE);
}

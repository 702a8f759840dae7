import { join } from 'node:path';
import { repairedPath, finishRepair, replaceBroken } from '../storage/salvage.ts';
import { forgetQuarantined, isDamage, isDiskTrouble, isFull } from '../storage/sqlite.ts';
import { HISTORY_FILE } from './file.ts';
import type { PutAside, ThreadSettings } from './protocol.ts';
import { salvage } from './salvage.ts';
import { HistoryStore, PAGE_BYTES } from './store.ts';

/**
 * Opens the history of a state directory. A damaged one is put aside, and what can be read of it takes its place.
 *
 * @param damage of a file that turned out to be broken while it was open.
 * @throws what {@link HistoryStore} throws for other reasons; where there is no room for the copy, the broken one stays.
 */
export function openHistoryStore(
  { folder, keepS }: Pick<ThreadSettings, 'folder' | 'keepS'>,
  putAside: (putAside: PutAside) => void,
  damage?: unknown,
): HistoryStore {
  const path = join(folder, HISTORY_FILE);
  const open = (): HistoryStore => new HistoryStore({ path, keepS });
  finishRepair(path);
  try {
    if (damage === undefined) return open();
  } catch (error) {
    if (!isDamage(error)) throw error;
    damage = error;
  }
  putAside(repair(path, damage));
  return open();
}

function repair(path: string, error: unknown): PutAside {
  const minutesSaved = salvaged(path);
  return {
    path: replaceBroken(path),
    cause: error instanceof Error ? error.message : String(error),
    minutesSaved,
  };
}

/** What it was that cannot be saved must not keep a new one from being begun. @throws for want of room, and trouble of the disk. */
function salvaged(path: string): number {
  const work = (): number => salvage(path, repairedPath(path), PAGE_BYTES);
  try {
    return work();
  } catch (error) {
    if (isFull(error)) {
      forgetQuarantined(path, 0);
      return work();
    }
    if (isDiskTrouble(error)) throw error;
    return 0;
  }
}

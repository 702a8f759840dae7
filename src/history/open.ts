import { join } from 'node:path';
import { isDamage, quarantine } from '../storage/sqlite.ts';
import type { PutAside, ThreadSettings } from './protocol.ts';
import { HISTORY_FILE } from './file.ts';
import { HistoryStore } from './store.ts';

/**
 * Opens the history of a state directory. A damaged one is put aside, and an empty one takes its place: what the journal keeps
 * makes it anew.
 *
 * @throws what {@link HistoryStore} throws for other reasons.
 */
export function openHistoryStore(settings: ThreadSettings, putAside: (putAside: PutAside) => void): HistoryStore {
  const path = join(settings.folder, HISTORY_FILE);
  try {
    return new HistoryStore({ path, keepS: settings.keepS });
  } catch (error) {
    if (!isDamage(error)) throw error;
    putAside(aside(path, error));
    return new HistoryStore({ path, keepS: settings.keepS });
  }
}

/** Puts a damaged history aside. */
export function aside(path: string, error: unknown): PutAside {
  return { path: quarantine(path, new Date()), cause: error instanceof Error ? error.message : String(error) };
}

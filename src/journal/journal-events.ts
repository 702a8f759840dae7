import type { Letter } from './letter.ts';
import type { Losses } from './losses.ts';
import type { LostWal, Quarantined } from './open.ts';
import type { TakenOut } from './placing.ts';

/** What the journal tells of itself. */
export interface JournalEvents {
  /** These are committed: from here on they are the endpoints'. */
  accepted(letters: readonly Letter[]): void;
  /** A telegram cannot be written now; it is kept in memory and tried again. */
  refused(error: Error): void;
  /** Writing works again. */
  recovered(): void;
  /** So many telegrams fell out of memory before they could be written. */
  lost(count: number, source: string): void;
  /** So many telegrams were still waiting in memory when the journal closed: they are lost too. */
  abandoned(count: number, source: string): void;
  /** A damaged journal is being repaired, which may take minutes. */
  repairing(): void;
  quarantined(quarantined: Quarantined): void;
  /** After an unclean end the newest are not all there. */
  walLost(lost: LostWal): void;
  /** What endpoints lost to the journal's size or to damage; negative where some had been sent and arrived. */
  letGo(letters: ReadonlyMap<string, Losses>): void;
  /** Endpoints that the last process had and this one has not. */
  takenOut(endpoints: readonly TakenOut[]): void;
  /** The thread itself ended. */
  failed(error: Error): void;
}

import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Database } from '../../../src/storage/database.ts';
import { openJournalStore } from '../../../src/journal/open.ts';
import type { Incoming } from '../../../src/journal/crossing.ts';
import type { Row } from '../../../src/journal/telegrams.ts';
import { numberIn } from '../journal.ts';
import { deadLetterName, journalOptions, sourceOf, telegramOf } from './marks.ts';

/** What a journal holds that was opened behind a power cut, and what it does then. */
export interface Found {
  /** Oldest first; `n` is undefined where the row is not that of any telegram, byte for byte. */
  readonly rows: readonly { readonly seq: number; readonly n: number | undefined }[];
  readonly cursors: readonly FoundCursor[];
  readonly dead: readonly { readonly name: string; readonly n: number | undefined }[];
  /** Sequence numbers of telegrams that were appended then. */
  readonly appended: readonly number[];
  /** What kept it from being opened whole, and what SQLite's own check says; none where all is well. */
  readonly damage: readonly string[];
  readonly openedInMs: number;
}

/** A journal that holds nothing. */
export const NOTHING: Found = { rows: [], cursors: [], dead: [], appended: [], damage: [], openedInMs: 0 };

interface FoundCursor {
  readonly name: string;
  readonly acked: number;
  /** What the cursor says that waits, and the letters that do. */
  readonly waiting: number;
  readonly behind: number;
}

/** More than a journal as small as ours can hold. */
const ALL = 1_000_000;
/** So many telegrams {@link lookInto} appends. */
const APPENDED = 3;

/** Opens the journal of a folder, looks at all of it, lets it live on a little, and closes it. */
export function lookInto(folder: string, nextNumber: number): Found {
  const beganMs = performance.now();
  const { store, quarantined } = openJournalStore(journalOptions(folder, 1_000, () => 0));
  const openedInMs = performance.now() - beganMs;
  const letters = store.read(0, ALL, undefined);
  const rows = letters.map((row) => ({ seq: row.seq, n: numberOf(row) }));
  const dead = store.dead.list(undefined, ALL).map((letter) => {
    return { name: deadLetterName(letter.endpoint, letter.seq), n: numberOf(letter) };
  });
  const cursors = store.cursors.state().map((cursor) => ({ ...cursor, behind: behind(letters, cursor) }));
  const appended = Array.from({ length: APPENDED }, (_, ahead) =>
    store.append([telegramOf(nextNumber + ahead)]),
  ).flat();
  store.close();
  const damage = quarantined === undefined ? [] : [`put aside: ${quarantined.cause}`];
  return { rows, dead, cursors, appended, damage: [...damage, ...integrity(folder)], openedInMs };
}

/** Which telegram this is, where every byte of it is right. */
function numberOf({
  source,
  at,
  checksum,
  raw,
}: Omit<Incoming, 'raw'> & { raw: Uint8Array | undefined }): number | undefined {
  if (raw === undefined) return undefined;
  const n = numberIn(raw);
  return isDeepStrictEqual({ source, at, checksum, raw: Buffer.from(raw) }, telegramOf(n)) ? n : undefined;
}

function behind(letters: readonly Row[], { name, acked }: { name: string; acked: number }): number {
  const wanted = sourceOf(name);
  return letters.filter(({ seq, source }) => seq > acked && (wanted ?? source) === source).length;
}

/** What SQLite says of its file once nobody holds it. */
function integrity(folder: string): string[] {
  const db = new Database(join(folder, 'journal.db'), { readonly: true });
  const { integrity_check: answer } = db.prepare<[], { integrity_check: string }>('PRAGMA integrity_check').get()!;
  db.close();
  return answer === 'ok' ? [] : [answer];
}

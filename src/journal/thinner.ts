import type { Database } from '../storage/sqlite.ts';
import type { Cursors, Lagging } from './cursors.ts';
import type { TelegramRow } from './statements.ts';
import { thin, type ThinRow } from './thin.ts';

export interface ThinnerParts {
  readonly db: Database;
  readonly cursors: Cursors;
  readonly commit: (work: () => void) => void;
  /** A row's telegram; undefined where it is damaged. */
  readonly unpack: (row: TelegramRow) => Buffer | undefined;
}

/** Rows that one slice looks at: a small machine unpacks them in well under a second. */
const SLICE = 500;
/** The newest letters stay as they are: outboxes hold some in memory, and they are no backlog yet. */
const NEWEST_KEPT = 200;
/** The letter before a slice is looked for so far back. */
const FARTHEST = 10_000;

/** Thins the backlog of endpoints that lag, a slice at a time, each letter once. */
export class Thinner {
  readonly #parts: ThinnerParts;

  constructor(parts: ThinnerParts) {
    this.#parts = parts;
  }

  /** Thins the next slice, oldest first. @returns false where nothing is left to thin. */
  thinNext(): boolean {
    const { cursors, commit } = this.#parts;
    const end = this.#end();
    const lagging = cursors.lagging(end);
    if (lagging === undefined) return false;
    const rows = this.#read(lagging.after, end);
    const going = this.#toGo(rows, lagging);
    const upTo = rows.length < SLICE ? end : (rows.at(-1)?.seq ?? end);
    commit(() => {
      cursors.thin(going, upTo, lagging);
      this.#delete(going);
    });
    return true;
  }

  /** What nobody needs goes whole; of the rest what the rules leave out, and nobody needs who wants all. */
  #toGo(rows: readonly ThinRow[], lagging: Lagging): ThinRow[] {
    const sources = new Set(rows.map(({ source }) => source));
    const thinned = [...sources].flatMap((source) => {
      const ofSource = rows.filter((row) => row.source === source);
      return thin(ofSource, this.#before(ofSource), lagging.intervalMs);
    });
    const leftOut = new Set(thinned.map(({ seq }) => seq));
    return rows.filter((row) => lagging.isSpare(row) || (leftOut.has(row.seq) && lagging.mayGo(row)));
  }

  #before([first]: readonly ThinRow[]): ThinRow | undefined {
    if (first === undefined) return undefined;
    const row = this.#parts.db
      .prepare<[number, number, number], TelegramRow>(
        'SELECT * FROM telegram WHERE seq < ? AND seq > ? AND source = ? ORDER BY seq DESC LIMIT 1',
      )
      .get(first.seq, first.seq - FARTHEST, first.source);
    return row && this.#toThinRow(row);
  }

  #read(after: number, end: number): ThinRow[] {
    return this.#parts.db
      .prepare<[number, number, number], TelegramRow>(
        'SELECT * FROM telegram WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?',
      )
      .all(after, end, SLICE)
      .map((row) => this.#toThinRow(row));
  }

  #toThinRow(row: TelegramRow): ThinRow {
    const { seq, source, at } = row;
    return { seq, source, at, raw: this.#parts.unpack(row) };
  }

  #end(): number {
    return (
      this.#parts.db
        .prepare<[number], { seq: number }>('SELECT seq FROM telegram ORDER BY seq DESC LIMIT 1 OFFSET ?')
        .get(NEWEST_KEPT)?.seq ?? 0
    );
  }

  #delete(rows: readonly ThinRow[]): void {
    const one = this.#parts.db.prepare('DELETE FROM telegram WHERE seq = ?');
    for (const { seq } of rows) one.run(seq);
  }
}

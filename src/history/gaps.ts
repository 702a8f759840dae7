import type { Database } from '../storage/sqlite.ts';
import type { GapCause } from './answers.ts';
import type { Registers } from './sample.ts';

/** Between two readings, by the clock of the meter and by ours. */
export interface Stretch {
  readonly fromS: number;
  readonly toS: number;
  readonly receivedFromS: number;
  readonly receivedToS: number;
}

export interface OpenGap {
  readonly fromS: number;
  readonly toS: number;
  readonly cause: GapCause;
  /** By how much each register grew in it. */
  readonly moved: Registers;
}

/** A longer time between two readings is a gap. */
const LONGEST_S = 60;
/** Of a meter whose values come when it likes: so many times the shortest time between two, and no less than this. */
const SPACINGS = 3;
const LEAST_SPARSE_S = 900;

/** The first that is among the troubles of a gap is its cause. */
const CAUSES: readonly GapCause[] = ['agent', 'disk', 'port', 'checksum', 'silent'];

/** The time between two readings behind which there is a gap. */
export function longestStretchS(isSparse: boolean, spacingS: number | undefined): number {
  return isSparse ? Math.max(LEAST_SPARSE_S, SPACINGS * (spacingS ?? Infinity)) : LONGEST_S;
}

/** The gaps of all meters, and the troubles that may have been their causes. */
export class Gaps {
  readonly #insert;
  readonly #delete;
  readonly #deleteBehind;
  readonly #around;
  readonly #troubles;
  readonly #note;

  constructor(db: Database) {
    this.#insert = db.prepare<[number, number, number, string, string]>(
      'INSERT OR REPLACE INTO gap(meter, from_at, to_at, cause, moved) VALUES (?, ?, ?, ?, ?)',
    );
    this.#delete = db.prepare<[number, number]>('DELETE FROM gap WHERE meter = ? AND from_at = ?');
    this.#deleteBehind = db.prepare<[number, number]>('DELETE FROM gap WHERE meter = ? AND to_at > ?');
    this.#around = db.prepare<[number, number], { from_at: number; to_at: number; cause: GapCause; moved: string }>(
      'SELECT * FROM gap WHERE meter = ? AND from_at < ? ORDER BY from_at DESC LIMIT 1',
    );
    this.#troubles = db.prepare<[string, number, number], { cause: GapCause }>(
      "SELECT DISTINCT cause FROM trouble WHERE source IN (?, '') AND at >= ? AND at <= ?",
    );
    this.#note = db.prepare<[string, number, string]>('INSERT INTO trouble(source, at, cause) VALUES (?, ?, ?)');
  }

  add(meter: number, { fromS, toS, cause, moved }: OpenGap): void {
    this.#insert.run(meter, fromS, toS, cause, JSON.stringify(moved));
  }

  remove(meter: number, fromS: number): void {
    this.#delete.run(meter, fromS);
  }

  /** Forgets those that end behind a moment. */
  removeBehind(meter: number, atS: number): void {
    this.#deleteBehind.run(meter, atS);
  }

  /** The gap that this stretch lies in. */
  around(meter: number, fromS: number, toS: number): OpenGap | undefined {
    const row = this.#around.get(meter, fromS);
    if (row === undefined || row.to_at <= toS) return undefined;
    return { fromS: row.from_at, toS: row.to_at, cause: row.cause, moved: JSON.parse(row.moved) as Registers };
  }

  /** Something that may be why no telegram comes; a `source` of '' stands for all. */
  note(source: string, atS: number, cause: GapCause): void {
    this.#note.run(source, atS, cause);
  }

  /** Why nothing came in that time, by what was noted then. */
  causeOf(source: string, { receivedFromS, receivedToS }: Stretch): GapCause {
    const noted = this.#troubles.all(source, receivedFromS, receivedToS).map(({ cause }) => cause);
    return CAUSES.find((cause) => noted.includes(cause)) ?? 'unknown';
  }
}

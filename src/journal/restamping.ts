import type { Database } from '../storage/sqlite.ts';
import type { MachineTime } from '../time/boot.ts';
import { hasBeenSet, isClockSet, stepBetween } from '../time/wall-clock.ts';
import { JournalFull } from './room.ts';
import type { Stamp } from './statements.ts';

/** How the journal sees this machine's clock. */
export interface ClockState {
  readonly isSet: boolean;
  /** While it is not set, the times of telegrams behind this number are not sure. */
  readonly after: number;
  /** When the newest telegram was received that an earlier start of the machine left, milliseconds since 1970. */
  readonly newestMs: number;
}

/** Telegrams whose time is moved, those up to `after` done. */
interface Move {
  readonly after: number;
  readonly upTo: number;
  readonly byMs: number;
}

/** A clock that was not set when the journal was opened. */
interface Unset {
  readonly after: number;
  readonly newestMs: number;
  /** With these the telegrams behind `after` were stamped. */
  readonly time: MachineTime;
}

interface Kept {
  readonly unset?: Unset | undefined;
  readonly moves: readonly Move[];
}

/** Rows of one commit: a card takes it in well under a second. */
const CHUNK = 500;
const KEY = 'clock-not-set';

/**
 * Gives telegrams that came before this machine's clock was set the time that they came at. What is to be moved is noted
 * at once, in one commit, and rows that are read are moved from then on; the rows themselves follow, some at a time. The
 * note outlives the process, and counts for the same start of the machine only: of an earlier one nobody knows how long
 * it was ago.
 */
export class Restamping {
  readonly #db: Database;
  readonly #commit: (work: () => void) => void;
  #kept: Kept = { moves: [] };
  /** Moves whose dead letters have not been moved yet. */
  #isNoted = true;
  #unmoved: readonly Move[] = [];

  /** @param commit waits for the card. Throws {@link JournalFull}. */
  constructor(db: Database, commit: (work: () => void) => void) {
    this.#db = db;
    this.#commit = commit;
  }

  /** To be called once, before anything is read. */
  open(time: MachineTime): void {
    const found = this.#find();
    this.#kept = { ...found, unset: found.unset?.time.boot === time.boot ? found.unset : undefined };
    const { unset } = this.#kept;
    if (unset !== undefined) {
      this.clock(time, hasBeenSet(unset.time, time, unset.newestMs));
    } else {
      const { seq: after, at } = this.#newest();
      const newestMs = Math.max(found.unset?.newestMs ?? 0, at);
      if (!isClockSet(time, newestMs)) this.#keep({ ...this.#kept, unset: { after, newestMs, time } });
      else if (found.unset !== undefined) this.#keep(this.#kept);
    }
  }

  get state(): ClockState {
    const { unset } = this.#kept;
    return { isSet: unset === undefined, after: unset?.after ?? 0, newestMs: unset?.newestMs ?? 0 };
  }

  /** The clock was set, or is believed from now on. Telegrams that come from now on are stamped by it. */
  clock(time: MachineTime, isSet: boolean): void {
    const { unset, moves } = this.#kept;
    if (unset === undefined) return;
    const byMs = stepBetween(unset.time, time);
    const move = { after: unset.after, upTo: this.#newest().seq, byMs };
    const isMoved = byMs !== 0 && move.upTo > move.after;
    if (isMoved) this.#unmoved = [...this.#unmoved, move];
    if (byMs === 0 && !isSet) return;
    this.#keep({ unset: isSet ? undefined : { ...unset, time }, moves: isMoved ? [...moves, move] : moves });
  }

  /** Rows that were read, at the time that they came at. */
  dated<R extends Stamp>(rows: R[]): R[] {
    return this.#kept.moves.length === 0 ? rows : rows.map((row) => ({ ...row, at: this.#timeOf(row) }));
  }

  #timeOf({ seq, at }: Stamp): number {
    return this.#kept.moves.reduce((ms, { after, upTo, byMs }) => (seq > after && seq <= upTo ? ms + byMs : ms), at);
  }

  /** Moves the next rows, where any are left. @throws {JournalFull} */
  next(): void {
    if (!this.#isNoted) this.#keep(this.#kept);
    const [move, ...rest] = this.#kept.moves;
    if (move === undefined || !this.#isNoted) return;
    const last = this.#lastOf(move);
    const moves = last === undefined ? rest : [{ ...move, after: last }, ...rest];
    this.#commit(() => {
      if (last !== undefined) this.#move('telegram', { ...move, upTo: last });
      this.#write({ ...this.#kept, moves });
    });
    this.#kept = { ...this.#kept, moves };
  }

  /** What a full disk does not take now holds in memory, and is written later. */
  #keep(kept: Kept): void {
    this.#kept = kept;
    this.#isNoted = false;
    try {
      this.#commit(() => {
        for (const move of this.#unmoved) this.#move('dead', move);
        this.#write(kept);
      });
      this.#unmoved = [];
      this.#isNoted = true;
    } catch (error) {
      if (!(error instanceof JournalFull)) throw error;
    }
  }

  #write(kept: Kept): void {
    if (kept.unset === undefined && kept.moves.length === 0)
      this.#db.prepare('DELETE FROM meta WHERE key = ?').run(KEY);
    else this.#db.prepare('INSERT OR REPLACE INTO meta(key, value) VALUES (?, ?)').run(KEY, JSON.stringify(kept));
  }

  #find(): Kept {
    const row = this.#db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE key = ?').get(KEY);
    return row === undefined ? { moves: [] } : (JSON.parse(row.value) as Kept);
  }

  #move(table: 'telegram' | 'dead', { after, upTo, byMs }: Move): void {
    this.#db.prepare(`UPDATE ${table} SET at = at + ? WHERE seq > ? AND seq <= ?`).run(byMs, after, upTo);
  }

  #lastOf({ after, upTo }: Move): number | undefined {
    const rows = 'SELECT seq FROM telegram WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?';
    const last = this.#db.prepare<[number, number, number], { seq: number | null }>(
      `SELECT max(seq) AS seq FROM (${rows})`,
    );
    return last.get(after, upTo, CHUNK)?.seq ?? undefined;
  }

  #newest(): Stamp {
    const newest = this.#db.prepare<[], Stamp>('SELECT seq, at FROM telegram ORDER BY seq DESC LIMIT 1').get();
    return newest ?? { seq: 0, at: 0 };
  }
}

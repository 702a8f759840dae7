import type { Database } from '../storage/sqlite.ts';
import { AgeClock } from './age-clock.ts';
import { finder } from './last-before.ts';
import { unlessFull } from './room.ts';
import type { Stamp } from './statements.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Which of the oldest letters are too old, whatever clocks said when they came, and say now. */
export class Ages {
  readonly #db: Database;
  readonly #nowMs: () => number;
  readonly #clock: AgeClock;
  /** What the next start will know of the time. */
  #keptMs: number;

  /** @param nowMs a clock that is never set, in milliseconds. */
  constructor(db: Database, nowMs: () => number) {
    this.#db = db;
    this.#nowMs = nowMs;
    const known = this.#keptTime() ?? this.#newest();
    this.#clock = new AgeClock(known, nowMs());
    this.#keptMs = known ?? 0;
  }

  /**
   * The oldest of these rows, as far as they are older than `keepMs`. They came in this order: one from the future says
   * nothing and goes with those behind it, and one that looks older than those before it goes with them.
   */
  outdated<Row extends Stamp>(rows: readonly Row[], keepMs: number, wallMs: number): readonly Row[] {
    const nowMs = this.#clock.read(wallMs, this.#nowMs());
    this.#keepTime();
    const isTrue = ({ at }: Stamp): boolean => at <= nowMs + DAY_MS;
    const judged = rows.filter(isTrue);
    if (judged.length === 0) return this.#isOutdatedBehind(rows, isTrue, nowMs - keepMs) ? rows : [];
    const firstKept = judged.findIndex(({ at }) => at >= nowMs - keepMs);
    const last = judged.at(firstKept === -1 ? -1 : firstKept - 1);
    return firstKept === 0 ? [] : rows.slice(0, rows.indexOf(last as Row) + 1);
  }

  #isOutdatedBehind(rows: readonly Stamp[], isTrue: (row: Stamp) => boolean, before: number): boolean {
    const last = rows.at(-1);
    const next = last && finder(this.#db, isTrue)(last.seq + 1, Number.MAX_SAFE_INTEGER);
    return next !== undefined && next.at < before;
  }

  /** Once an hour: a start while the clock is wrong must not believe it either. */
  #keepTime(): void {
    const { believedMs } = this.#clock;
    if (Math.abs(believedMs - this.#keptMs) < HOUR_MS) return;
    const written = unlessFull(() => {
      this.#db.prepare("INSERT OR REPLACE INTO meta(key, value) VALUES ('clock', ?)").run(Math.round(believedMs));
    });
    if (written !== undefined) this.#keptMs = believedMs;
  }

  #keptTime(): number | undefined {
    return this.#db.prepare<[], { value: number }>("SELECT value FROM meta WHERE key = 'clock'").get()?.value;
  }

  #newest(): number | undefined {
    return this.#db.prepare<[], Stamp>('SELECT seq, at FROM telegram ORDER BY seq DESC LIMIT 1').get()?.at;
  }
}

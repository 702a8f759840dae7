import type { Database } from './database.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Keys between two, neither of them meant. */
interface Gap {
  readonly after: number;
  readonly before: number;
}

/** What came of reading in one direction: how far it came, and whether that was all. */
interface Run {
  readonly last: number;
  readonly whole: boolean;
}

/** How far a first jump over damage goes: about the rows of a page. */
const JUMP = 16;
const LONGEST_JUMP = 2 ** 40;
/** Reads that may fail on the way around damage: where half of a large file is gone, each one would. */
const MOST_FAILURES = 50_000;

/** Which rows of a table, in the order of a column of whole numbers. */
export interface Rows {
  readonly table: string;
  /** `rowid` where the table has no number of its own. */
  readonly key: string;
  /** Only keys above this one. */
  readonly above?: number | undefined;
  /** Columns that stand before the key in its index, each with its value. */
  readonly within?: Readonly<Record<string, number>>;
}

/**
 * What can still be read of a table with damage anywhere in it: up to the first damage, from behind it on, and then what
 * lies between, in ever smaller pieces. A row whose key is out of order is left out: its number was damaged.
 */
export function readAround(db: Database, rows: Rows): Generator<Row> {
  return new Reader(db, rows).rows(rows.above ?? -1);
}

/** What can still be read of a small table whose key is a text: from both ends, so that a row may come twice. */
export function* readEnds(db: Database, table: string, key: string): Generator<Row> {
  for (const direction of ['ASC', 'DESC']) {
    const rows = db.walk<Row>(`SELECT * FROM ${table} ORDER BY ${key} ${direction}`);
    for (let next = tolerate(() => rows.next()); next?.done === false; next = tolerate(() => rows.next()))
      yield next.value;
  }
}

class Reader {
  readonly #db: Database;
  readonly #key: string;
  readonly #select: string;
  readonly #within: readonly number[];
  #failures = 0;

  constructor(db: Database, { table, key, within = {} }: Rows) {
    const conditions = Object.keys(within).map((column) => `${column} = ? AND `);
    this.#db = db;
    this.#key = key;
    this.#select = `SELECT ${key === 'rowid' ? 'rowid, *' : '*'} FROM ${table} WHERE ${conditions.join('')}${key} > ?`;
    this.#within = Object.values(within);
  }

  *rows(above: number): Generator<Row> {
    const gaps: Gap[] = [];
    for (let after: number | undefined = above; after !== undefined;) {
      const { last, whole }: Run = yield* this.#run({ after, before: Infinity }, 'ASC');
      if (whole) break;
      const next = this.#foothold(last);
      // Where no jump finds one, there may still be some at the very end.
      const before: number = next ?? (yield* this.#run({ after: last, before: Infinity }, 'DESC')).last;
      if (before !== Infinity) gaps.push({ after: last, before });
      after = next === undefined ? undefined : next - 1;
    }
    for (let gap = gaps.shift(); gap !== undefined; gap = gaps.shift()) gaps.push(...(yield* this.#between(gap)));
  }

  /** Reads a gap from both ends. @returns the halves of what is left of it. */
  *#between(gap: Gap): Generator<Row, Gap[]> {
    if (gap.before - gap.after < 2 || this.#failures > MOST_FAILURES) return [];
    const up = yield* this.#run(gap, 'ASC');
    if (up.whole) return [];
    const down = yield* this.#run({ after: up.last, before: gap.before }, 'DESC');
    if (down.whole || down.last - up.last < 3) return [];
    const middle = Math.floor((up.last + down.last) / 2);
    return [
      { after: up.last, before: middle + 1 },
      { after: middle, before: down.last },
    ];
  }

  /** The next key behind the damage that follows `last`; undefined where there is none. */
  #foothold(last: number): number | undefined {
    for (let jump = JUMP; jump <= LONGEST_JUMP; jump *= 2) {
      const run = this.#run({ after: last + jump, before: Infinity }, 'ASC');
      const first = run.next();
      if (first.done !== true) {
        run.return({ last, whole: false });
        return this.#keyOf(first.value);
      }
      if (first.value.whole) return last + jump + 1;
    }
    return undefined;
  }

  /** One row is held back: the next one tells whether its key is in order. */
  *#run({ after, before }: Gap, direction: 'ASC' | 'DESC'): Generator<Row, Run> {
    const rows = this.#walk({ after, before }, direction);
    const [sign, begin] = direction === 'ASC' ? [1, after] : [-1, before];
    const isBehind = (key: number, other: number): boolean => (key - other) * sign > 0;
    let last = begin;
    let held: Row | undefined;
    let next = this.#next(rows);
    try {
      for (; typeof next === 'object'; next = this.#next(rows)) {
        const key = this.#keyOf(next);
        if (held !== undefined && isBehind(key, this.#keyOf(held))) {
          yield held;
          last = this.#keyOf(held);
          held = next;
        } else if (isBehind(key, last)) held = next;
      }
      if (held !== undefined) yield held;
      return { last: held === undefined ? last : this.#keyOf(held), whole: next === 'end' };
    } finally {
      tolerate(() => rows.return(undefined));
    }
  }

  #walk({ after, before }: Gap, direction: 'ASC' | 'DESC'): Generator<Row, undefined> {
    const bounds = before === Infinity ? [] : [before];
    const end = bounds.length === 0 ? '' : ` AND ${this.#key} < ?`;
    const select = `${this.#select}${end} ORDER BY ${this.#key} ${direction}`;
    return this.#db.walk(select, ...this.#within, after, ...bounds);
  }

  /** Every read of a damaged file may throw: the rows end there. */
  #next(rows: Generator<Row, undefined>): Row | 'end' | 'failed' {
    const next = tolerate(() => rows.next());
    if (next !== undefined) return next.done === true ? 'end' : next.value;
    this.#failures += 1;
    return 'failed';
  }

  #keyOf(row: Row): number {
    const key = row[this.#key];
    return typeof key === 'number' ? key : NaN;
  }
}

/** @returns undefined where it throws: of a damaged file anything may. */
export function tolerate<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

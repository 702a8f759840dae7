import type { Database } from '../storage/sqlite.ts';
import { unpack, type Packed } from './codec.ts';
import type { Dictionaries } from './dictionaries.ts';
import { slice } from './slice.ts';
import type { Sources } from './sources.ts';

interface SurveyorParts {
  readonly db: Database;
  readonly sources: Sources;
  readonly dictionaries: Dictionaries;
  /** A clock that is never set, in milliseconds. */
  readonly nowMs: () => number;
}

/**
 * What of the journal is looked through: the `numbers` of telegrams and when they came; each of the `telegrams`, the
 * `dictionaries` that they are packed against, or the `dead` letters, whether its bytes are what was written.
 */
export type Subject = (typeof SUBJECTS)[number];
export const SUBJECTS = ['numbers', 'telegrams', 'dictionaries', 'dead'] as const;

/** Numbers behind `after`, up to and with `upTo`. */
export interface SurveyAsk {
  readonly subject: Subject;
  readonly after: number;
  readonly upTo: number;
}

/** What there is of one source; for dictionaries and dead letters, of all. */
export interface Kept {
  readonly source: string;
  readonly count: number;
  /** The earliest and the latest time of receipt, in milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/** Neighbours that are damaged alike. */
export interface Damage {
  readonly subject: Subject;
  /** Number of the first, and of the last. */
  readonly first: number;
  readonly last: number;
  /** When they were received, in milliseconds since 1970; undefined where that is damaged too. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly what: string;
}

/** A part of what was asked about, from its beginning. */
export interface Survey {
  /** How far it got: what is asked next begins behind it. */
  readonly upTo: number;
  readonly kept: readonly Kept[];
  readonly damaged: readonly Damage[];
}

/** What one answer tells of at most. */
const MOST_DAMAGED = 500;

const DAMAGED = 'its bytes are damaged';
const BOTH_DAMAGED = 'both of its copies are damaged';
const ONE_DAMAGED = 'one of its two copies is damaged, the other serves';

interface Row {
  readonly number: number;
  readonly source: number;
  readonly at: number;
  readonly dictionary: number;
  readonly crc: number | null;
  readonly body: Buffer | null;
  readonly copyCrc: number | null;
  readonly copy: Buffer | null;
}

/**
 * In the order of their numbers, with two places to fill in: behind which, and up to which. With `>` SQLite would go
 * through the page of the number before, which may be the damaged one.
 */
export const SELECTS: Readonly<Record<Subject, string>> = {
  numbers: 'SELECT seq AS number, source, at FROM telegram WHERE seq >= ? + 1 AND seq <= ? ORDER BY number',
  telegrams:
    'SELECT seq AS number, source, at, dictionary, crc, body FROM telegram WHERE seq >= ? + 1 AND seq <= ? ORDER BY number',
  dictionaries: `SELECT id AS number, 0 AS source, 0 AS at, main.crc, main.body, copy.crc AS copyCrc, copy.body AS copy
     FROM (SELECT id FROM dictionary UNION SELECT id FROM dictionary_copy)
     LEFT JOIN dictionary AS main USING (id) LEFT JOIN dictionary_copy AS copy USING (id)
     WHERE id >= ? + 1 AND id <= ? ORDER BY number`,
  dead: 'SELECT id AS number, 0 AS source, at, crc, body FROM dead WHERE id >= ? + 1 AND id <= ? ORDER BY number',
};

/** Looks through what a journal holds, so much at a time that whoever else needs it does not have to wait. */
export class Surveyor {
  readonly #parts: SurveyorParts;

  constructor(parts: SurveyorParts) {
    this.#parts = parts;
  }

  /** @throws what SQLite finds wrong with the first row that was asked for. */
  survey({ subject, after, upTo }: SurveyAsk): Survey {
    const kept = new Map<number, Kept>();
    const damaged: Damage[] = [];
    const { db, nowMs } = this.#parts;
    const rows = db.walk<Row>(SELECTS[subject], after, upTo);
    const reached = slice(rows, { after, upTo, nowMs }, (row, before) => {
      kept.set(row.source, this.#add(row, kept.get(row.source)));
      const what = row.number > before ? this.#whatIsWrong(subject, row) : `its number stands behind ${before}`;
      if (what !== undefined) damaged.push(toDamage(subject, row, what));
      return damaged.length < MOST_DAMAGED;
    });
    return { upTo: reached, kept: [...kept.values()], damaged };
  }

  #add({ source, at }: Row, before: Kept | undefined): Kept {
    const { count = 0, from = at, to = at } = before ?? {};
    return {
      source: this.#parts.sources.name(source),
      count: count + 1,
      from: Math.min(from, at),
      to: Math.max(to, at),
    };
  }

  #whatIsWrong(subject: Subject, row: Row): string | undefined {
    switch (subject) {
      case 'numbers':
        return undefined;
      case 'telegrams':
        return isWhole(row.crc, row.body, (packed) => this.#parts.dictionaries.unpack(packed, row.dictionary))
          ? undefined
          : DAMAGED;
      case 'dead':
        return isWhole(row.crc, row.body) ? undefined : DAMAGED;
      case 'dictionaries':
        return whatOfDictionary(row);
    }
  }
}

function whatOfDictionary({ crc, body, copyCrc, copy }: Row): string | undefined {
  const whole = [isWhole(crc, body), isWhole(copyCrc, copy)].filter(Boolean).length;
  return [BOTH_DAMAGED, ONE_DAMAGED][whole];
}

function isWhole(
  crc: number | null,
  body: Buffer | null,
  read = (packed: Packed): Buffer | undefined => unpack(packed, undefined),
): boolean {
  return crc !== null && body !== null && read({ crc, body }) !== undefined;
}

function toDamage(subject: Subject, { number, at }: Row, what: string): Damage {
  const time = subject === 'dictionaries' ? undefined : at;
  return { subject, first: number, last: number, from: time, to: time, what };
}

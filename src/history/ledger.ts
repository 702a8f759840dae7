import type { Database } from '../storage/sqlite.ts';
import { Boundaries, difference, type Boundary, type CountedRow } from './boundaries.ts';
import type { Span } from './calendar.ts';
import type { Registers } from './sample.ts';
import { STORED, type Stored } from './schema.ts';
import { add, NOTHING, type Sums } from './sums.ts';

/** What minutes, or a stored bucket, add up to, but for the energy. */
interface SumsRow {
  /** Which of the spans asked about it is of, from 0. */
  readonly span: number;
  readonly seconds: number;
  readonly powers: number;
  readonly power_sum: number;
  readonly power_max: number | null;
  readonly power_min: number | null;
  readonly p1: number | null;
  readonly p2: number | null;
  readonly p3: number | null;
  readonly p4: number | null;
  readonly p5: number | null;
  readonly p6: number | null;
}

/** The minutes of a span, and what the last of them tells of the registers. */
interface MinutesRow extends SumsRow, CountedRow {}

interface BucketRow extends SumsRow {
  readonly start_at: number;
  readonly end_at: number;
  readonly imported: number;
  readonly exported: number;
  readonly tariffs: string | null;
  readonly estimated: number;
}

/** A part of a span. */
interface Piece extends Span {
  readonly span: number;
}

const MINUTES = `
  WITH summed AS (
    SELECT key AS span, max(end_at) AS last_end, total(seconds) AS seconds, total(powers) AS powers,
      total(power_sum) AS power_sum, max(power_max) AS power_max, min(power_min) AS power_min,
      sum(p1) AS p1, sum(p2) AS p2, sum(p3) AS p3, sum(p4) AS p4, sum(p5) AS p5, sum(p6) AS p6
    FROM json_each(?) CROSS JOIN minute WHERE meter = ? AND end_at > value ->> 0 AND end_at <= value ->> 1 GROUP BY key
  )
  SELECT summed.*, counted_import, counted_export, tariffs FROM summed CROSS JOIN minute ON meter = ? AND end_at = last_end`;

const BUCKETS = `
  SELECT key AS span, bucket.* FROM json_each(?) CROSS JOIN bucket
  WHERE meter = ? AND resolution = ? AND start_at >= value ->> 0 AND start_at < value ->> 1 AND end_at <= value ->> 1
  ORDER BY key, start_at`;

/** SQLite sorts the minutes of so many spans at a time. */
const AT_ONCE = 100;

/** From the coarsest on, with the least that one can last. */
const LEVELS: readonly (readonly [Stored, leastS: number])[] = [
  ['months', 27 * 86_400],
  ['days', 22 * 3_600],
  ['hours', 3_600],
];

/**
 * What a meter used in spans of time: its registers at the end minus those at the beginning, so that spans add up to the watt-hour.
 * The same for whoever writes the history and for whoever reads it. Spans come oldest first and do not overlap: all are read together.
 */
export class Ledger {
  readonly #boundaries: Boundaries;
  readonly #minutes;
  readonly #buckets;

  constructor(db: Database, boundaries = new Boundaries(db)) {
    this.#boundaries = boundaries;
    this.#minutes = db.prepare<[string, number, number], MinutesRow>(MINUTES);
    this.#buckets = db.prepare<[string, number, number], BucketRow>(BUCKETS);
  }

  /** Of each span, from stored buckets as far as there are any, from minutes for the rest. */
  used(meter: number, spans: readonly Span[]): Sums[] {
    const longestS = spans.reduce((longest, { fromS, toS }) => Math.max(longest, toS - fromS), 0);
    const level = LEVELS.findIndex(([, leastS]) => longestS >= leastS);
    return this.#usedFrom(level < 0 ? LEVELS.length : level, meter, spans);
  }

  /** The same from buckets that are finer than `than`: what one is made of. */
  madeOf(than: Stored, meter: number, spans: readonly Span[]): Sums[] {
    return this.#usedFrom(LEVELS.findIndex(([name]) => name === than) + 1, meter, spans);
  }

  #usedFrom(level: number, meter: number, spans: readonly Span[]): Sums[] {
    const [name] = LEVELS[level] ?? [];
    const read = (some: readonly Span[]): Sums[] =>
      name === undefined ? this.#ofMinutes(meter, some) : this.#ofBuckets(name, level, meter, some);
    return spans.length <= AT_ONCE ? read(spans) : slices(spans).flatMap(read);
  }

  /** What no bucket of that name covers is put together of finer ones. */
  #ofBuckets(name: Stored, level: number, meter: number, spans: readonly Span[]): Sums[] {
    const rows = spans.length === 0 ? [] : this.#buckets.all(inJson(spans), meter, STORED[name]);
    const sums = spans.map(() => NOTHING);
    const addTo = (span: number, more: Sums): void => void (sums[span] = add(sums[span] ?? NOTHING, more));
    for (const row of rows) addTo(row.span, sumsOfBucket(row));
    const pieces = piecesBetween(spans, rows);
    if (pieces.length === 0) return sums;
    this.#usedFrom(level + 1, meter, pieces).forEach((more, index) => addTo(pieces[index]?.span ?? 0, more));
    return sums;
  }

  #ofMinutes(meter: number, spans: readonly Span[]): Sums[] {
    const [first, last] = [spans[0], spans.at(-1)];
    if (first === undefined || last === undefined) return [];
    const rows = new Map(this.#minutes.all(inJson(spans), meter, meter).map((row) => [row.span, row]));
    const walk = this.#boundaries.walk(meter, first.fromS, last.toS);
    let [reachedS, begin] = [first.fromS, walk.to(first.fromS, undefined)];
    return spans.map(({ fromS, toS }, span) => {
      if (fromS !== reachedS) begin = walk.to(fromS, this.#boundaries.lastRecord(meter, fromS));
      const row = rows.get(span);
      const end = walk.to(toS, row);
      const sums = sumsOfMinutes(row, toS - fromS, begin, end);
      [reachedS, begin] = [toS, end];
      return sums;
    });
  }
}

function slices(spans: readonly Span[]): (readonly Span[])[] {
  return Array.from({ length: Math.ceil(spans.length / AT_ONCE) }, (_, index) =>
    spans.slice(index * AT_ONCE, (index + 1) * AT_ONCE),
  );
}

function inJson(spans: readonly Span[]): string {
  return JSON.stringify(spans.map(({ fromS, toS }) => [fromS, toS]));
}

/** What of the spans no row covers. */
function piecesBetween(spans: readonly Span[], rows: readonly BucketRow[]): Piece[] {
  const pieces: Piece[] = [];
  let next = 0;
  for (const [span, { fromS, toS }] of spans.entries()) {
    let reachedS = fromS;
    for (let row = rows[next]; row?.span === span; row = rows[++next]) {
      if (row.start_at > reachedS) pieces.push({ span, fromS: reachedS, toS: row.start_at });
      reachedS = row.end_at;
    }
    if (reachedS < toS) pieces.push({ span, fromS: reachedS, toS });
  }
  return pieces;
}

function sumsOfMinutes(row: MinutesRow | undefined, lengthS: number, begin: Boundary, end: Boundary): Sums {
  const { import: imported = 0, export: exported = 0, ...tariffs } = difference(begin.registers, end.registers);
  const isEstimated = begin.isEstimated || end.isEstimated;
  if (row === undefined) return { ...NOTHING, imported, exported, tariffs, isEstimated };
  return sumsOf(row, { imported, exported, tariffs, seconds: Math.min(row.seconds, lengthS), isEstimated });
}

function sumsOfBucket(row: BucketRow): Sums {
  const { imported, exported, seconds } = row;
  const tariffs = row.tariffs === null ? {} : (JSON.parse(row.tariffs) as Registers);
  return sumsOf(row, { imported, exported, tariffs, seconds, isEstimated: row.estimated !== 0 });
}

type Own = Pick<Sums, 'imported' | 'exported' | 'tariffs' | 'seconds' | 'isEstimated'>;

/** One by one, as a spread of many objects costs more than reading them. */
function sumsOf(row: SumsRow, { imported, exported, tariffs, seconds, isEstimated }: Own): Sums {
  return {
    imported,
    exported,
    tariffs,
    seconds,
    powers: row.powers,
    powerSumW: row.power_sum,
    powerMaxW: row.power_max ?? undefined,
    powerMinW: row.power_min ?? undefined,
    phasesJ: [row.p1, row.p2, row.p3, row.p4, row.p5, row.p6],
    isEstimated,
  };
}

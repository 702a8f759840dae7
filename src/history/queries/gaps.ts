import type { Database } from '../../storage/sqlite.ts';
import type { Balance, Gap, GapCause, GapsAsk, Medium, MissedByEndpoint, RegisterUnit } from '../answers.ts';
import type { Boundaries } from '../boundaries.ts';
import type { Registers } from '../sample.ts';
import type { MeterQueries } from './meters.ts';

interface GapRow {
  readonly id: string;
  readonly medium: Medium;
  readonly unit: RegisterUnit;
  readonly from_at: number;
  readonly to_at: number;
  readonly cause: GapCause;
  readonly moved: string;
}

interface RecordsRow {
  readonly first_end: number | null;
  readonly last_end: number | null;
}

const GAPS = `
  SELECT meter.id, medium, unit, from_at, to_at, cause, moved FROM gap JOIN meter ON meter.key = gap.meter
  WHERE to_at > ? AND from_at < ? AND (? IS NULL OR meter.id IN (SELECT value FROM json_each(?))) AND to_at - from_at >= ? ORDER BY from_at LIMIT ?`;

/** What is missing, and whether it is known of every watt-hour where it went. */
export class GapQueries {
  readonly #boundaries: Boundaries;
  readonly #meters: MeterQueries;
  readonly #gaps;
  readonly #seconds;
  readonly #missed;
  readonly #span;
  readonly #records;
  readonly #gapsBetween;

  constructor(db: Database, boundaries: Boundaries, meters: MeterQueries) {
    this.#boundaries = boundaries;
    this.#meters = meters;
    this.#gaps = db.prepare<(number | string | null)[], GapRow>(GAPS);
    this.#seconds = db.prepare<[number], { seconds: number }>(
      'SELECT total(to_at - from_at) AS seconds FROM gap WHERE meter = ?',
    );
    this.#missed = db.prepare<[], { endpoint: string; letters: number; from_at: number; to_at: number }>(
      'SELECT endpoint, sum(letters) AS letters, min(at) AS from_at, max(at) AS to_at FROM missed GROUP BY endpoint ORDER BY endpoint',
    );
    this.#span = db.prepare<number[], RecordsRow>(
      `SELECT (SELECT min(end_at) FROM minute WHERE meter = ? AND end_at > ? AND end_at <= ?) AS first_end,
        (SELECT max(end_at) FROM minute WHERE meter = ? AND end_at > ? AND end_at <= ?) AS last_end`,
    );
    this.#records = db.prepare<[number, number, number], { imported: number; exported: number }>(
      'SELECT total(imported) AS imported, total(exported) AS exported FROM minute WHERE meter = ? AND end_at > ? AND end_at <= ?',
    );
    this.#gapsBetween = db.prepare<[number, number, number], { moved: string }>(
      'SELECT moved FROM gap WHERE meter = ? AND from_at >= ? AND to_at <= ?',
    );
  }

  gaps({ fromS, toS, meter, leastSeconds, limit }: GapsAsk): readonly Gap[] {
    const among = this.#meters.among(meter);
    return this.#gaps.all(fromS, toS, among, among, leastSeconds, limit).map((row) => {
      const { import: imported = 0, export: exported = 0 } = JSON.parse(row.moved) as Registers;
      const { id, medium, unit, from_at, to_at, cause } = row;
      return { meter: id, medium, unit, fromS: from_at, toS: to_at, cause, imported, exported };
    });
  }

  seconds(): ReadonlyMap<string, number> {
    return new Map(this.#meters.all().map(({ key, id }) => [id, this.#seconds.get(key)?.seconds ?? 0]));
  }

  missed(): readonly MissedByEndpoint[] {
    return this.#missed
      .all()
      .map(({ endpoint, letters, from_at: fromS, to_at: toS }) => ({ endpoint, letters, fromS, toS }));
  }

  /** From the first to the last minute that ends in the period; undefined where there are none. @throws {UnknownMeter} */
  balance(id: string, fromS: number, toS: number): Balance | undefined {
    const { key, unit } = this.#meters.one(id);
    const { first_end: first, last_end: last } = this.#span.get(key, fromS, toS, key, fromS, toS) ?? {
      first_end: null,
      last_end: null,
    };
    if (first === null || last === null) return undefined;
    const [begin, end] = [first, last].map((atS) => this.#counted(key, atS));
    const records = this.#records.get(key, first, last) ?? { imported: 0, exported: 0 };
    const gaps = this.#gapsBetween.all(key, first - 60, last).map(({ moved }) => JSON.parse(moved) as Registers);
    const moved = (name: 'import' | 'export'): number => gaps.reduce((sum, gap) => sum + (gap[name] ?? 0), 0);
    const grown = (name: 'import' | 'export'): number => (end?.[name] ?? 0) - (begin?.[name] ?? end?.[name] ?? 0);
    const all = {
      ...{ registerImported: grown('import'), registerExported: grown('export') },
      ...{ recordsImported: records.imported, recordsExported: records.exported },
      ...{ gapsImported: moved('import'), gapsExported: moved('export') },
    };
    const unaccounted =
      Math.abs(all.registerImported - all.recordsImported - all.gapsImported) +
      Math.abs(all.registerExported - all.recordsExported - all.gapsExported);
    return { meter: id, unit, fromS: first, toS: last, ...all, unaccounted };
  }

  /** The registers of the record itself, whatever lies behind it. */
  #counted(meter: number, endS: number): Registers {
    return this.#boundaries.recorded(meter, endS);
  }
}

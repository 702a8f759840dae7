import type { Database } from '../storage/sqlite.ts';
import { isTariffOf, TOTALS, type Registers } from './sample.ts';
import { STORED, type Stored } from './schema.ts';
import { addUp, NOTHING, type Sums } from './sums.ts';

/** Registers at a moment, counted on over all epochs. */
export interface Boundary {
  readonly registers: Registers;
  /** It lies in a gap: they are on the straight line between the readings around it. */
  readonly isEstimated: boolean;
}

/** What of a minute tells its registers. */
export interface CountedRow {
  readonly counted_import: number | null;
  readonly counted_export: number | null;
  readonly tariffs: string | null;
}

interface GapRow {
  readonly from_at: number;
  readonly to_at: number;
  readonly moved: string;
}

/** What a row of minutes, or of a stored bucket, adds up to, but for its energy. */
interface SumsRow {
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

interface BucketRow extends SumsRow {
  readonly start_at: number;
  readonly end_at: number;
  readonly imported: number;
  readonly exported: number;
  readonly tariffs: string | null;
  readonly estimated: number;
}

const MINUTE_SUMS = `
  SELECT total(seconds) AS seconds, total(powers) AS powers, total(power_sum) AS power_sum, max(power_max) AS power_max,
    min(power_min) AS power_min, sum(p1) AS p1, sum(p2) AS p2, sum(p3) AS p3, sum(p4) AS p4, sum(p5) AS p5, sum(p6) AS p6
  FROM minute WHERE meter = ? AND end_at > ? AND end_at <= ?`;

/** From the coarsest on, with the least that one can last. */
const LEVELS: readonly (readonly [Stored, leastS: number])[] = [
  ['months', 27 * 86_400],
  ['days', 22 * 3_600],
  ['hours', 3_600],
];

/**
 * What a meter used in a period: its registers at the end minus those at the beginning, so that periods add up to the watt-hour.
 * Times are whole minutes. The same for whoever writes the history and for whoever reads it.
 */
export class Ledger {
  readonly #lastRecord;
  readonly #gap;
  readonly #sums;
  readonly #stored;
  readonly #baseline;
  /** The last boundary of each meter. */
  #remembered: Map<number, { readonly atS: number; readonly boundary: Boundary }> | undefined;

  constructor(db: Database) {
    this.#lastRecord = db.prepare<[number, number], CountedRow>(
      'SELECT counted_import, counted_export, tariffs FROM minute WHERE meter = ? AND end_at <= ? ORDER BY end_at DESC LIMIT 1',
    );
    this.#gap = db.prepare<[number, number], GapRow>(
      'SELECT from_at, to_at, moved FROM gap WHERE meter = ? AND from_at < ? ORDER BY from_at DESC LIMIT 1',
    );
    this.#sums = db.prepare<[number, number, number], SumsRow>(MINUTE_SUMS);
    this.#stored = db.prepare<[number, number, number, number], BucketRow>(
      'SELECT * FROM bucket WHERE meter = ? AND resolution = ? AND start_at >= ? AND end_at <= ? ORDER BY start_at',
    );
    this.#baseline = db.prepare<[number], { baseline: string | null }>('SELECT baseline FROM meter WHERE key = ?');
  }

  /** Of the answers of one moment: where a bucket ends the next one begins. */
  remember(): void {
    this.#remembered = new Map();
  }

  /** What was written since counts again. */
  forget(): void {
    this.#remembered = undefined;
  }

  #boundaryOnce(meter: number, atS: number): Boundary {
    const last = this.#remembered?.get(meter);
    if (last?.atS === atS) return last.boundary;
    const boundary = this.boundary(meter, atS);
    this.#remembered?.set(meter, { atS, boundary });
    return boundary;
  }

  /** The registers by the last reading at or before a moment; before the first reading of all, those of that one. */
  boundary(meter: number, atS: number): Boundary {
    const row = this.#lastRecord.get(meter, atS);
    if (row === undefined) return { registers: this.#first(meter), isEstimated: false };
    const gap = this.#gap.get(meter, atS);
    const registers = countedOf(row);
    if (gap === undefined || gap.to_at <= atS) return { registers, isEstimated: false };
    return { registers: interpolated(registers, gap, atS), isEstimated: true };
  }

  /** The registers of the last record that ends at a moment or before. */
  recorded(meter: number, atS: number): Registers {
    const row = this.#lastRecord.get(meter, atS);
    return row === undefined ? this.#first(meter) : countedOf(row);
  }

  /** From stored buckets as far as there are any, from minutes for the rest. */
  used(meter: number, fromS: number, toS: number): Sums {
    const level = LEVELS.findIndex(([, leastS]) => toS - fromS >= leastS);
    return this.#usedFrom(level < 0 ? LEVELS.length : level, meter, fromS, toS);
  }

  /** The same from buckets that are finer than `than`: what one is made of. */
  madeOf(than: Stored, meter: number, fromS: number, toS: number): Sums {
    const level = LEVELS.findIndex(([name]) => name === than);
    return this.#usedFrom(level + 1, meter, fromS, toS);
  }

  #usedFrom(level: number, meter: number, fromS: number, toS: number): Sums {
    if (fromS >= toS) return NOTHING;
    const [name] = LEVELS[level] ?? [];
    if (name === undefined) return this.#ofMinutes(meter, fromS, toS);
    const rows = this.#stored.all(meter, STORED[name], fromS, toS);
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined) return this.#usedFrom(level + 1, meter, fromS, toS);
    const head = this.#usedFrom(level + 1, meter, fromS, first.start_at);
    const tail = this.#usedFrom(level + 1, meter, last.end_at, toS);
    return addUp([head, ...rows.map(sumsOfBucket), tail]);
  }

  #ofMinutes(meter: number, fromS: number, toS: number): Sums {
    const [begin, end] = [this.#boundaryOnce(meter, fromS), this.#boundaryOnce(meter, toS)];
    const row = this.#sums.get(meter, fromS, toS);
    const moved = difference(begin.registers, end.registers);
    return {
      ...energyOf(moved),
      ...(row === undefined ? {} : sumsOf(row)),
      seconds: Math.min(row?.seconds ?? 0, toS - fromS),
      isEstimated: begin.isEstimated || end.isEstimated,
    } as Sums;
  }

  #first(meter: number): Registers {
    const { baseline } = this.#baseline.get(meter) ?? {};
    return baseline ? (JSON.parse(baseline) as Registers) : {};
  }
}

/** By how much each register grew; one that was not there before counts from then on. */
export function difference(before: Registers, after: Registers): Registers {
  const moved: Record<string, number> = {};
  for (const [name, value] of Object.entries(after)) moved[name] = value - (before[name] ?? value);
  return moved;
}

export function countedOf({ counted_import, counted_export, tariffs }: CountedRow): Registers {
  const totals = {
    ...(counted_import !== null && { import: counted_import }),
    ...(counted_export !== null && { export: counted_export }),
  };
  return tariffs === null ? totals : { ...(JSON.parse(tariffs) as Registers), ...totals };
}

function energyOf(moved: Registers): Pick<Sums, 'imported' | 'exported' | 'tariffs'> {
  const { import: imported = 0, export: exported = 0, ...tariffs } = moved;
  return { imported, exported, tariffs };
}

/** What moved until then goes by the time; the total is what its tariffs are, and what none of them has. */
function interpolated(before: Registers, { from_at, to_at, moved }: GapRow, atS: number): Registers {
  const all = JSON.parse(moved) as Registers;
  const until = (amount: number): number => Math.floor((amount * (atS - from_at)) / (to_at - from_at));
  const registers: Record<string, number> = { ...before };
  for (const total of TOTALS) {
    let [amount, rest] = [0, all[total] ?? 0];
    for (const [name, value] of Object.entries(all).filter(([name]) => isTariffOf(total, name))) {
      registers[name] = (before[name] ?? 0) + until(value);
      amount += until(value);
      rest -= value;
    }
    if (before[total] !== undefined) registers[total] = before[total] + amount + until(rest);
  }
  return registers;
}

function sumsOf(row: SumsRow): Omit<Sums, 'imported' | 'exported' | 'tariffs' | 'isEstimated'> {
  return {
    seconds: row.seconds,
    powers: row.powers,
    powerSumW: row.power_sum,
    powerMaxW: row.power_max ?? undefined,
    powerMinW: row.power_min ?? undefined,
    phasesJ: [row.p1, row.p2, row.p3, row.p4, row.p5, row.p6],
  };
}

function sumsOfBucket(row: BucketRow): Sums {
  const tariffs = row.tariffs === null ? {} : (JSON.parse(row.tariffs) as Registers);
  return { ...sumsOf(row), imported: row.imported, exported: row.exported, tariffs, isEstimated: row.estimated !== 0 };
}

import type { Database } from '../storage/sqlite.ts';
import { endOf } from './minute.ts';
import { isTariffOf, TOTALS } from '../reading/energy-registers.ts';
import { type Registers } from './sample.ts';

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

interface BeginRow extends CountedRow {
  readonly end_at: number;
  readonly first_at: number | null;
  readonly baseline: string | null;
}

/** What the registers of a meter were at moments. */
export class Boundaries {
  readonly #lastRecord;
  readonly #gaps;
  readonly #begin;

  constructor(db: Database) {
    this.#lastRecord = db.prepare<[number, number], CountedRow>(
      'SELECT counted_import, counted_export, tariffs FROM minute WHERE meter = ? AND end_at <= ? ORDER BY end_at DESC LIMIT 1',
    );
    this.#gaps = db.prepare<[number, number, number, number], GapRow>(
      `SELECT from_at, to_at, moved FROM gap WHERE meter = ? AND from_at < ?
         AND from_at >= coalesce((SELECT max(from_at) FROM gap WHERE meter = ? AND from_at < ?), 0) ORDER BY from_at`,
    );
    this.#begin = db.prepare<[number], BeginRow>(
      `SELECT end_at, counted_import, counted_export, tariffs, first_at, baseline
         FROM minute JOIN meter ON meter.key = minute.meter WHERE meter.key = ? ORDER BY end_at LIMIT 1`,
    );
  }

  /** The last record that ends at a moment or before. */
  lastRecord(meter: number, atS: number): CountedRow | undefined {
    return this.#lastRecord.get(meter, atS);
  }

  /** Its registers; before all records those of the first. */
  recorded(meter: number, atS: number): Registers {
    const row = this.#lastRecord.get(meter, atS);
    return row === undefined ? this.#first(meter) : countedOf(row);
  }

  /** To go from moment to moment, from the first up to the last. */
  walk(meter: number, firstS: number, lastS: number): Walk {
    const row = this.#lastRecord.get(meter, firstS);
    const gaps = this.#gaps.all(meter, lastS, meter, firstS);
    return new Walk(row === undefined ? this.#first(meter) : countedOf(row), row !== undefined, gaps);
  }

  /** Before all records: what the first reading of all showed; where that is let go of, the oldest record that is kept. */
  #first(meter: number): Registers {
    const oldest = this.#begin.get(meter);
    if (oldest === undefined) return {};
    const { end_at, first_at, baseline } = oldest;
    const isTheFirst = first_at !== null && endOf(first_at) === end_at;
    return isTheFirst && baseline !== null ? (JSON.parse(baseline) as Registers) : countedOf(oldest);
  }
}

/** The registers of a meter, seen from one moment after the other. */
class Walk {
  #registers: Registers;
  #isRecorded: boolean;
  readonly #gaps: readonly GapRow[];
  #next = 0;

  /** @param isRecorded false where there is no record at the first moment or before. */
  constructor(registers: Registers, isRecorded: boolean, gaps: readonly GapRow[]) {
    this.#registers = registers;
    this.#isRecorded = isRecorded;
    this.#gaps = gaps;
  }

  /** @param record the last one that ends at this moment or before; undefined where there is none behind the moment before. */
  to(atS: number, record: CountedRow | undefined): Boundary {
    if (record !== undefined) this.#registers = countedOf(record);
    this.#isRecorded ||= record !== undefined;
    while ((this.#gaps[this.#next]?.from_at ?? Infinity) < atS) this.#next += 1;
    const gap = this.#gaps[this.#next - 1];
    if (!this.#isRecorded || gap === undefined || gap.to_at <= atS)
      return { registers: this.#registers, isEstimated: false };
    return { registers: interpolated(this.#registers, gap, atS), isEstimated: true };
  }
}

/** By how much each register grew; one that was not there before counts from then on. */
export function difference(before: Registers, after: Registers): Registers {
  const moved: Record<string, number> = {};
  for (const [name, value] of Object.entries(after)) moved[name] = value - (before[name] ?? value);
  return moved;
}

export function countedOf({ counted_import, counted_export, tariffs }: CountedRow): Registers {
  const registers = tariffs === null ? {} : (JSON.parse(tariffs) as Record<string, number>);
  if (counted_import !== null) registers['import'] = counted_import;
  if (counted_export !== null) registers['export'] = counted_export;
  return registers;
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

import type { Database } from '../storage/sqlite.ts';
import type { Closing } from './closing.ts';
import { longestStretchS, type Gaps, type OpenGap } from './gaps.ts';
import { countedOf, difference, type CountedRow } from './boundaries.ts';
import type { MeterEntry, Meters } from './meters.ts';
import type { Minute, Run } from './minute.ts';
import type { Records } from './records.ts';
import { TOTALS, withTotals } from '../reading/energy-registers.ts';
import { type Registers } from './sample.ts';

interface Parts {
  readonly meters: Meters;
  readonly gaps: Gaps;
  readonly records: Records;
  readonly closing: Closing;
}

interface Neighbour extends CountedRow {
  readonly epoch: number;
}

/**
 * Minutes that come after later ones: out of a capture, or of a meter whose clock was set back. They fill a gap, or lie before all
 * others. Where a record is there, it stays: what it counted is counted on from.
 */
export class LateMinutes {
  readonly #parts: Parts;
  readonly #lastBefore;
  readonly #shifts;

  constructor(db: Database, parts: Parts) {
    this.#parts = parts;
    this.#lastBefore = db.prepare<[number, number], Neighbour>(
      'SELECT epoch, counted_import, counted_export, tariffs FROM minute WHERE meter = ? AND end_at < ? ORDER BY end_at DESC LIMIT 1',
    );
    this.#shifts = db.prepare<[number, number], { shifts: string }>(
      'SELECT shifts FROM epoch WHERE meter = ? AND epoch = ?',
    );
  }

  write(entry: MeterEntry, minute: Minute): void {
    const { records, gaps } = this.#parts;
    const [run, more] = minute.runs;
    if (run === undefined || more !== undefined || records.find(entry.key, minute.endS) !== undefined) return;
    const gap = gaps.around(entry.key, run.first.atS, run.last.atS);
    if (gap !== undefined) this.#fill(entry, minute, run, gap);
    else this.#prepend(entry, minute, run);
  }

  #fill(entry: MeterEntry, minute: Minute, run: Run, gap: OpenGap): void {
    const before = this.#lastBefore.get(entry.key, minute.endS);
    if (before === undefined) return;
    const begin = countedOf(before);
    const end = added(begin, gap.moved);
    const [first, last] = this.#counted(entry.key, before.epoch, run);
    if (!isBetween(begin, first, end) || !isBetween(first, last, end)) return;
    const { gaps, closing } = this.#parts;
    gaps.remove(entry.key, gap.fromS);
    const left = { ...gap, toS: run.first.atS, moved: difference(begin, first) };
    const right = { ...gap, fromS: run.last.atS, moved: difference(last, end) };
    const own = [difference(first, last), ...[left, right].map((part) => this.#keepGap(entry, part))];
    this.#record(entry, minute, before.epoch, last, own);
    closing.again(entry, gap.fromS, gap.toS);
  }

  /** @returns what of a stretch is no gap: it belongs to the minute beside it. */
  #keepGap(entry: MeterEntry, part: OpenGap): Registers {
    if (part.toS - part.fromS <= longestStretchS(entry.isSparse, entry.spacingS)) return part.moved;
    this.#parts.gaps.add(entry.key, part);
    return {};
  }

  /** Older than all: the history begins with it. */
  #prepend(entry: MeterEntry, minute: Minute, run: Run): void {
    const { firstS, baseline } = entry;
    if (firstS === undefined || baseline === undefined || run.last.atS >= firstS) return;
    const [first, last] = this.#counted(entry.key, 1, run);
    if (!isBetween(first, last, baseline)) return;
    const gap = { fromS: run.last.atS, toS: firstS, cause: 'unknown', moved: difference(last, baseline) } as const;
    const own = [difference(first, last), this.#keepGap(entry, gap)];
    this.#record(entry, minute, 1, last, own);
    const earlier = { ...entry, firstS: run.first.atS, baseline: first };
    this.#parts.meters.change(earlier);
    this.#parts.closing.again(earlier, run.first.atS, firstS);
  }

  #record(
    { key: meter }: MeterEntry,
    minute: Minute,
    epoch: number,
    counted: Registers,
    own: readonly Registers[],
  ): void {
    const [imported, exported] = TOTALS.map((total) => own.reduce((sum, moved) => sum + (moved[total] ?? 0), 0));
    this.#parts.records.add({
      ...{ meter, epoch, counted, minute, revisionBefore: 0 },
      ...{ imported: imported ?? 0, exported: exported ?? 0 },
    });
  }

  #counted(meter: number, epoch: number, { first, last }: Run): readonly [Registers, Registers] {
    const { shifts = '{}' } = this.#shifts.get(meter, epoch) ?? {};
    const shift = JSON.parse(shifts) as Registers;
    const shifted = (shown: Registers): Registers => added(withTotals(shown), shift);
    return [shifted(first.registers), shifted(last.registers)];
  }
}

function added(registers: Registers, by: Registers): Registers {
  return Object.fromEntries(Object.entries(registers).map(([name, value]) => [name, value + (by[name] ?? 0)]));
}

/** Another meter, or a telegram from another time than it says, does not fit in. */
function isBetween(before: Registers, at: Registers, after: Registers): boolean {
  return TOTALS.every((total) => (before[total] ?? 0) <= (at[total] ?? 0) && (at[total] ?? 0) <= (after[total] ?? 0));
}

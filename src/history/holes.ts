import type { Database } from '../storage/database.ts';
import { countedOf, difference, type CountedRow } from './boundaries.ts';
import type { Standing } from './continued.ts';
import { Gaps } from './gaps.ts';
import { TOTALS } from '../reading/energy-registers.ts';
import { type Registers } from './sample.ts';

interface MinuteRow extends CountedRow {
  readonly end_at: number;
  readonly tariff: number | null;
  readonly imported: number;
  readonly exported: number;
}

/** A minute that is there: where the registers stood behind it, and what of that was used within. */
interface Point {
  readonly fromS: number;
  readonly toS: number;
  readonly counted: Registers;
  readonly own: Registers;
}

/** Between two minutes that are there: what moved, and is in none of them. */
interface Stretch {
  readonly fromS: number;
  readonly toS: number;
  readonly moved: Registers;
}

const MINUTES = `SELECT end_at, tariff, imported, exported, counted_import, counted_export, tariffs FROM minute
  WHERE meter = ? ORDER BY end_at`;

/**
 * Makes gaps of the minutes that a meter lost: what the registers show between two that are there, and no gap tells of.
 *
 * @param standing where the meter stands behind its last minute.
 */
export function fillHoles(db: Database, meter: number, standing: Standing | undefined): void {
  const told = db.prepare<[number, number, number], { moved: string }>(
    'SELECT moved FROM gap WHERE meter = ? AND from_at >= ? AND to_at <= ?',
  );
  const forget = db.prepare<[number, number, number]>(
    'DELETE FROM gap WHERE meter = ? AND from_at >= ? AND to_at <= ?',
  );
  const isHole = ({ fromS, toS, moved }: Stretch): boolean => {
    const gaps = told.all(meter, fromS - 60, toS + 60).map((gap) => JSON.parse(gap.moved) as Registers);
    return TOTALS.some((total) => (moved[total] ?? 0) > gaps.reduce((sum, gap) => sum + (gap[total] ?? 0), 0));
  };
  const gaps = new Gaps(db);
  for (const { fromS, toS, moved } of [...stretches(pointsOf(db, meter, standing))].filter(isHole)) {
    forget.run(meter, fromS - 60, toS + 60);
    gaps.add(meter, { fromS, toS, moved, cause: 'disk' });
  }
}

/** Those in which anything moved. */
function* stretches(points: Iterable<Point>): Generator<Stretch> {
  let before: Point | undefined;
  for (const point of points) {
    const moved = before === undefined ? {} : less(difference(before.counted, point.counted), point.own);
    const fromS = before?.toS ?? 0;
    if (TOTALS.some((total) => (moved[total] ?? 0) > 0)) yield { fromS, toS: Math.max(point.fromS, fromS + 1), moved };
    before = point;
  }
}

function* pointsOf(db: Database, meter: number, standing: Standing | undefined): Generator<Point> {
  for (const row of db.walk<MinuteRow>(MINUTES, meter))
    yield { fromS: row.end_at - 60, toS: row.end_at, counted: countedOf(row), own: ownOf(row) };
  if (standing !== undefined) yield { fromS: standing.atS, toS: standing.atS, counted: standing.counted, own: {} };
}

/** What the minute itself used, in the tariff that it ended with. */
function ownOf({ tariff, imported, exported }: MinuteRow): Registers {
  const ofTariff = tariff === null ? {} : { [`import${tariff}`]: imported, [`export${tariff}`]: exported };
  return { import: imported, export: exported, ...ofTariff };
}

function less(moved: Registers, own: Registers): Registers {
  return Object.fromEntries(
    Object.entries(moved).map(([name, value]) => [name, Math.max(0, value - (own[name] ?? 0))]),
  );
}

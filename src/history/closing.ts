import type { Database } from '../storage/sqlite.ts';
import { Calendar, type Span } from './calendar.ts';
import type { Ledger } from './ledger.ts';
import type { MeterEntry } from './meters.ts';
import { STORED, type Stored } from './schema.ts';
import { NOTHING, type Sums } from './sums.ts';

/** In the order in which each is made of the one before. */
const RESOLUTIONS: readonly Stored[] = ['hours', 'days', 'months'];

/** So many are made at a time: a meter may have been silent for years. */
const AT_ONCE = 500;

type Values = (number | string | null)[];

const INSERT = `
  INSERT OR REPLACE INTO bucket(meter, resolution, start_at, end_at, imported, exported, tariffs, seconds, powers, power_sum,
    power_max, power_min, p1, p2, p3, p4, p5, p6, estimated)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** Makes hours of minutes, days of hours and months of days, as they close: once there is a reading at their end or behind it. */
export class Closing {
  readonly #ledger: Ledger;
  readonly #insert;
  readonly #newestEnd;
  readonly #deleteBehind;
  readonly #calendars = new Map<string, Calendar>();

  constructor(db: Database, ledger: Ledger) {
    this.#ledger = ledger;
    this.#insert = db.prepare<Values>(INSERT);
    this.#newestEnd = db.prepare<[number, number], { start_at: number; end_at: number }>(
      'SELECT start_at, end_at FROM bucket WHERE meter = ? AND resolution = ? ORDER BY start_at DESC LIMIT 1',
    );
    this.#deleteBehind = db.prepare<[number, number]>('DELETE FROM bucket WHERE meter = ? AND end_at > ?');
  }

  /** Closes all that ends at a moment or before, and is not closed yet. */
  upTo({ key, timeZone, firstS }: Pick<MeterEntry, 'key' | 'timeZone' | 'firstS'>, atS: number): void {
    if (firstS === undefined) return;
    const calendar = this.#calendarOf(timeZone);
    for (const resolution of RESOLUTIONS) {
      const newest = this.#newestEnd.get(key, STORED[resolution]);
      const start = newest?.end_at ?? calendar.start(resolution, firstS);
      if (!this.#close(resolution, calendar, key, start, atS)) return;
    }
  }

  /** Makes what touches a period anew, as far as it is closed. */
  again({ key, timeZone }: Pick<MeterEntry, 'key' | 'timeZone'>, fromS: number, toS: number): void {
    const calendar = this.#calendarOf(timeZone);
    for (const resolution of RESOLUTIONS) {
      const closedS = this.#newestEnd.get(key, STORED[resolution])?.end_at ?? -Infinity;
      const lastS = calendar.next(resolution, calendar.start(resolution, toS));
      this.#close(resolution, calendar, key, calendar.start(resolution, fromS), Math.min(closedS, lastS));
    }
  }

  /** Forgets what ends behind a moment. */
  removeBehind(meter: number, atS: number): void {
    this.#deleteBehind.run(meter, atS);
  }

  /** @returns whether any was closed: what is made of them need not be looked at otherwise. */
  #close(resolution: Stored, calendar: Calendar, meter: number, fromS: number, upToS: number): boolean {
    let isAny = false;
    let spans: Span[] = [];
    for (const span of calendar.spans(resolution, fromS)) {
      if (span.toS > upToS) break;
      isAny = spans.push(span) > 0;
      if (spans.length === AT_ONCE) spans = this.#writeAll(resolution, meter, spans);
    }
    this.#writeAll(resolution, meter, spans);
    return isAny;
  }

  /** @returns what is left to write. */
  #writeAll(resolution: Stored, meter: number, spans: readonly Span[]): Span[] {
    const sums = this.#ledger.madeOf(resolution, meter, spans);
    spans.forEach((span, index) => this.#write(resolution, meter, span, sums[index] ?? NOTHING));
    return [];
  }

  #write(resolution: Stored, meter: number, { fromS, toS }: Span, sums: Sums): void {
    const { imported, exported, tariffs, seconds, powers, powerSumW, powerMaxW, powerMinW, phasesJ, isEstimated } =
      sums;
    this.#insert.run(
      ...[meter, STORED[resolution], fromS, toS, imported, exported],
      ...[Object.keys(tariffs).length === 0 ? null : JSON.stringify(tariffs), seconds],
      ...[powers, powerSumW, powerMaxW ?? null, powerMinW ?? null, ...phasesJ, isEstimated ? 1 : 0],
    );
  }

  #calendarOf(timeZone: string): Calendar {
    const known = this.#calendars.get(timeZone) ?? new Calendar(timeZone);
    this.#calendars.set(timeZone, known);
    return known;
  }
}

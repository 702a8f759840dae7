import { offsetMinutes } from '../reading/local-time.ts';
import type { Resolution } from './answers.ts';

/** From one moment up to another. */
export interface Span {
  readonly fromS: number;
  /** Exclusive. */
  readonly toS: number;
}

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;
/** 1970-01-01 was a Thursday: so many days lie between it and the Monday before. */
const DAYS_SINCE_MONDAY = 3;

const FIXED: Partial<Record<Resolution, number>> = { minutes: MINUTE, quarters: 15 * MINUTE, hours: HOUR };

/**
 * Where the buckets of each resolution begin in a time zone: days of 23, 24 or 25 hours, weeks from Monday (ISO 8601), months of
 * the calendar. Times are Unix seconds; a bucket is `[start, next(start))`.
 */
export class Calendar {
  readonly timeZone: string;

  constructor(timeZone: string) {
    this.timeZone = timeZone;
  }

  /** The beginning of the bucket that holds this second. */
  start(resolution: Resolution, atS: number): number {
    const size = FIXED[resolution];
    if (size !== undefined) return atS - modulo(this.#local(atS), size);
    return this.#midnight(firstDay(resolution, Math.floor(this.#local(atS) / DAY)));
  }

  /** The beginning of the bucket behind the one that begins at `startS`. */
  next(resolution: Resolution, startS: number): number {
    const size = FIXED[resolution];
    if (size !== undefined) return startS + size;
    return this.#midnight(dayOfNext(resolution, Math.floor(this.#local(startS) / DAY)));
  }

  /** The bucket that begins at `startS`, and all behind it, without end. */
  *spans(resolution: Resolution, startS: number): Generator<Span, never> {
    for (let fromS = startS; ;) {
      const toS = this.next(resolution, fromS);
      yield { fromS, toS };
      fromS = toS;
    }
  }

  /** True where the day that holds this second is a Saturday or Sunday. */
  isWeekend(atS: number): boolean {
    return modulo(Math.floor(this.#local(atS) / DAY) + DAYS_SINCE_MONDAY, 7) >= 5;
  }

  /** Of a day, counted from 1970-01-01, its first second: where clocks skip midnight, the one that they skip to. */
  #midnight(day: number): number {
    const local = day * DAY;
    const offsets = [-DAY, DAY].map((by) => this.#offset(local + by));
    const candidates = offsets.map((offset) => local - offset).sort((one, other) => one - other);
    return candidates.find((atS) => this.#local(atS) >= local) ?? local - this.#offset(local);
  }

  #local(atS: number): number {
    return atS + this.#offset(atS);
  }

  #offset(atS: number): number {
    return MINUTE * offsetMinutes(new Date(1_000 * atS), this.timeZone);
  }
}

function firstDay(resolution: Resolution, day: number): number {
  if (resolution === 'weeks') return day - modulo(day + DAYS_SINCE_MONDAY, 7);
  if (resolution === 'days') return day;
  const date = new Date(1_000 * DAY * day);
  return day - date.getUTCDate() + 1;
}

function dayOfNext(resolution: Resolution, day: number): number {
  if (resolution === 'weeks') return day + 7;
  if (resolution === 'days') return day + 1;
  const date = new Date(1_000 * DAY * day);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) / (1_000 * DAY);
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

import {
  TooManyBuckets,
  type AggregateAsk,
  type AggregateRow,
  type BucketsPage,
  type BucketsPlace,
  type Resolution,
  type Split,
  type Usage,
  type UsageAsk,
} from '../answers.ts';
import { Calendar, type Span } from '../calendar.ts';
import type { Ledger } from '../ledger.ts';
import { markersOf } from './markers.ts';
import type { KeyedMeter, MeterQueries } from './meters.ts';
import { seriesOf, type Counted } from './series.ts';

type Period = Pick<UsageAsk, 'fromS' | 'toS' | 'resolution' | 'mostBuckets' | 'ignoresWeekends'>;

const RESOLUTIONS: readonly Resolution[] = ['minutes', 'quarters', 'hours', 'days', 'weeks', 'months'];
/** The least that a bucket of each lasts. */
const LEAST_S: Readonly<Record<Resolution, number>> = {
  minutes: 60,
  quarters: 900,
  hours: 3_600,
  days: 82_800,
  weeks: 601_200,
  months: 2_415_600,
};
const DEFAULT_ZONE = 'Europe/Amsterdam';

/** Usage by the calendar. */
export class UsageQueries {
  readonly #ledger: Ledger;
  readonly #meters: MeterQueries;

  constructor(ledger: Ledger, meters: MeterQueries) {
    this.#ledger = ledger;
    this.#meters = meters;
  }

  /** Buckets of the calendar from the one that holds `fromS` up to the one that holds the last second. @throws {UnknownMeter} {TooManyBuckets} */
  usage(ask: UsageAsk): Usage {
    const { resolution, medium, split, page } = ask;
    const meters = this.#meters.of(medium, ask.meter);
    const calendar = new Calendar(ask.timeZone ?? meters[0]?.timeZone ?? DEFAULT_ZONE);
    const spans = spansOf(ask, calendar, meters);
    const place = placeOf(page, spans.length, this.#width(split, meters));
    return {
      resolution,
      unit: meters[0]?.unit ?? 'Wh',
      timeZone: calendar.timeZone,
      capacityW: meters.length === 1 ? meters[0]?.capacityW : undefined,
      place,
      series: seriesOf(split, this.#counted(spans.slice(...within(place, page)), meters), meters),
    };
  }

  /** A month, all of a medium together or a row for each meter. @throws {UnknownMeter} */
  aggregate({ atS, medium, meter, isByMeter, split, timeZone }: AggregateAsk): readonly AggregateRow[] {
    const meters = this.#meters.of(medium, meter);
    const calendar = new Calendar(timeZone ?? meters[0]?.timeZone ?? DEFAULT_ZONE);
    const fromS = calendar.start('months', atS);
    const toS = calendar.next('months', fromS);
    const month = { fromS, toS, resolution: 'months', mostBuckets: Infinity } as const;
    const groups = isByMeter ? meters.map((one) => [one]) : [meters];
    return groups.flatMap((group) =>
      seriesOf(split, this.#counted(spansOf(month, calendar, group), group), group).flatMap(
        ({ marker, buckets: [bucket] }) =>
          bucket === undefined || group[0] === undefined
            ? []
            : [{ marker, meter: isByMeter ? group[0].id : undefined, unit: group[0].unit, bucket }],
      ),
    );
  }

  /** How many points a bucket costs: one for each series, or for each meter that is added up. */
  #width(split: Split, meters: readonly KeyedMeter[]): number {
    const series = split === 'none' || split === 'meter' ? 1 : markersOf(split, this.#meters).length;
    return Math.max(1, series, meters.length);
  }

  #counted(spans: readonly Span[], meters: readonly KeyedMeter[]): Counted[] {
    const used = meters.map(({ key }) => this.#ledger.used(key, spans));
    return spans.map(({ fromS, toS }, index) => ({
      ...{ fromS, toS },
      ofMeters: used.flatMap((ofOne) => ofOne[index] ?? []),
    }));
  }
}

/** The buckets of a period in which there is anything to see. @throws {TooManyBuckets} */
function spansOf(ask: Period, calendar: Calendar, meters: readonly KeyedMeter[]): Span[] {
  refuseTooMany(ask);
  const { resolution, fromS, toS, ignoresWeekends = false } = ask;
  const firstS = Math.min(...meters.map(({ firstAtS }) => firstAtS));
  const endS = Math.min(toS, Math.max(...meters.map(({ lastAtS }) => lastAtS)));
  const spans: Span[] = [];
  for (const span of calendar.spans(resolution, calendar.start(resolution, Math.max(fromS, Math.min(firstS, toS))))) {
    if (span.fromS >= endS) break;
    if (!ignoresWeekends || !calendar.isWeekend(span.fromS)) spans.push(span);
  }
  return spans;
}

/** @throws {TooManyBuckets} */
function refuseTooMany({ fromS, toS, resolution, mostBuckets }: Period): void {
  const fits = (name: Resolution): boolean => (toS - fromS) / LEAST_S[name] <= mostBuckets;
  if (!fits(resolution)) throw new TooManyBuckets(mostBuckets, RESOLUTIONS.find(fits));
}

function placeOf(page: BucketsPage | undefined, count: number, width: number): BucketsPlace {
  if (page === undefined) return { offset: 0, limit: count, count };
  return { offset: page.offset, limit: Math.max(1, Math.floor(page.limit / width)), count };
}

/** From which bucket up to which, counted from the oldest. */
function within({ offset, limit, count }: BucketsPlace, page: BucketsPage | undefined): [from: number, to: number] {
  if (page?.isNewestFirst !== true) return [offset, offset + limit];
  return [Math.max(0, count - offset - limit), Math.max(0, count - offset)];
}

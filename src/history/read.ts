import { openToRead, type Database } from '../storage/sqlite.ts';
import type {
  AggregateAsk,
  AggregateRow,
  Balance,
  Gap,
  GapsAsk,
  HistoryState,
  Marker,
  Meter,
  MissedByEndpoint,
  RecordsAsk,
  RecordsPage,
  Register,
  Split,
  Usage,
  UsageAsk,
} from './answers.ts';
import { Boundaries } from './boundaries.ts';
import { Ledger } from './ledger.ts';
import { GapQueries } from './queries/gaps.ts';
import { markersOf } from './queries/markers.ts';
import { MeterQueries } from './queries/meters.ts';
import { RecordQueries } from './queries/records.ts';
import { UsageQueries } from './queries/usage.ts';
import { migrations } from './schema.ts';

export { HISTORY_FILE } from './file.ts';

/** The history to look at: synchronous questions over one read-only connection, whoever writes meanwhile. */
export class HistoryReader {
  readonly #db: Database;
  readonly #meters: MeterQueries;
  readonly #records: RecordQueries;
  readonly #usage: UsageQueries;
  readonly #gaps: GapQueries;

  /** @throws {DatabaseTooNew} and an error that names the file, as where it is not there yet. */
  constructor(path: string) {
    this.#db = openToRead(path, migrations);
    const boundaries = new Boundaries(this.#db);
    this.#meters = new MeterQueries(this.#db);
    this.#records = new RecordQueries(this.#db, this.#meters);
    this.#usage = new UsageQueries(new Ledger(this.#db, boundaries), this.#meters);
    this.#gaps = new GapQueries(this.#db, boundaries, this.#meters);
  }

  meters(): readonly Meter[] {
    return this.#meters.all();
  }

  /** @throws {UnknownMeter} */
  registers(meter: string): readonly Register[] {
    return this.#meters.registers(meter);
  }

  records(ask: RecordsAsk): RecordsPage {
    return this.#once(() => this.#records.page(ask));
  }

  /** @throws {UnknownMeter} {TooManyBuckets} */
  usage(ask: UsageAsk): Usage {
    return this.#once(() => this.#usage.usage(ask));
  }

  /** @throws {UnknownMeter} */
  aggregate(ask: AggregateAsk): readonly AggregateRow[] {
    return this.#once(() => this.#usage.aggregate(ask));
  }

  /** The values that a split has among all meters. */
  markers(key: Exclude<Split, 'none'>): readonly Marker[] {
    return markersOf(key, this.#meters);
  }

  gaps(ask: GapsAsk): readonly Gap[] {
    return this.#gaps.gaps(ask);
  }

  /** By meter: how long all of its gaps last. */
  gapSeconds(): ReadonlyMap<string, number> {
    return this.#gaps.seconds();
  }

  missed(): readonly MissedByEndpoint[] {
    return this.#gaps.missed();
  }

  /** @throws {UnknownMeter} */
  balance(meter: string, fromS: number, toS: number): Balance | undefined {
    return this.#once(() => this.#gaps.balance(meter, fromS, toS));
  }

  /** Answers a question as if there were no other meters than these. */
  among<T>(meters: ReadonlySet<string>, question: (reader: HistoryReader) => T): T {
    this.#meters.only = meters;
    try {
      return question(this);
    } finally {
      this.#meters.only = undefined;
    }
  }

  state(): HistoryState {
    return this.#records.state();
  }

  close(): void {
    this.#db.close();
  }

  /** All that one answer is made of is seen at one moment. */
  #once<T>(ask: () => T): T {
    return this.#db.transaction(ask)();
  }
}

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

/** The history to look at: synchronous questions over one read-only connection, whoever writes meanwhile. */
export interface HistoryReader {
  meters(): readonly Meter[];
  /** @throws {UnknownMeter} */
  registers(meter: string): readonly Register[];
  records(ask: RecordsAsk): RecordsPage;
  /** @throws {UnknownMeter} {TooManyBuckets} */
  usage(ask: UsageAsk): Usage;
  /** @throws {UnknownMeter} */
  aggregate(ask: AggregateAsk): readonly AggregateRow[];
  /** The values that a split has among all meters. */
  markers(key: Exclude<Split, 'none'>): readonly Marker[];
  gaps(ask: GapsAsk): readonly Gap[];
  missed(): readonly MissedByEndpoint[];
  /** @throws {UnknownMeter} */
  balance(meter: string, fromS: number, toS: number): Balance | undefined;
  state(): HistoryState;
  close(): void;
}

/** The database file in the state directory. */
export const HISTORY_FILE = 'history.db';

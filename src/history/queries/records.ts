import type { Database } from '../../storage/sqlite.ts';
import type { HistoryState, MinuteRecord, RecordsAsk, RecordsPage } from '../answers.ts';
import type { Registers } from '../sample.ts';
import type { KeyedMeter, MeterQueries } from './meters.ts';

interface Row {
  readonly id: number;
  readonly meter: number;
  readonly end_at: number;
  readonly epoch: number;
  readonly tariff: number | null;
  readonly imported: number;
  readonly exported: number;
  readonly counted_import: number | null;
  readonly counted_export: number | null;
  readonly powers: number;
  readonly power_sum: number;
  readonly power_max: number | null;
  readonly power_min: number | null;
  readonly samples: number;
  readonly seconds: number;
  readonly revision: number;
}

/** In the order of the table itself: the `+` keeps SQLite from the index of the minutes, all of which it would have to sort. */
const PAGE = `
  SELECT id, meter, end_at, epoch, tariff, imported, exported, counted_import, counted_export, powers, power_sum, power_max,
    power_min, samples, seconds, revision
  FROM minute WHERE id >= ? AND +meter IN (SELECT value FROM json_each(?)) AND end_at > ? AND end_at <= ?
  ORDER BY id LIMIT ? OFFSET ?`;

/** The minute records by their ids. */
export class RecordQueries {
  readonly #meters: MeterQueries;
  readonly #page;
  readonly #shifts;
  readonly #oldest;
  readonly #expired;
  readonly #state;

  constructor(db: Database, meters: MeterQueries) {
    this.#meters = meters;
    this.#page = db.prepare<(number | string)[], Row>(PAGE);
    this.#shifts = db.prepare<[number, number], { shifts: string }>(
      'SELECT shifts FROM epoch WHERE meter = ? AND epoch = ?',
    );
    this.#oldest = db.prepare<[], { id: number | null }>('SELECT min(id) AS id FROM minute');
    this.#expired = db.prepare<[], { value: number }>("SELECT value FROM meta WHERE key = 'expired'");
    this.#state = db.prepare<
      [],
      Record<'records' | 'oldest_id' | 'newest_id' | 'oldest' | 'newest' | 'bytes', number | null>
    >(
      `SELECT (SELECT count(*) FROM minute) AS records, (SELECT min(id) FROM minute) AS oldest_id,
        (SELECT max(id) FROM minute) AS newest_id, (SELECT min(end_at) FROM minute) AS oldest,
        (SELECT max(end_at) FROM minute) AS newest,
        (SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()) AS bytes`,
    );
  }

  page({ startingId, limit, offset, meter, fromS = 0, toS = Number.MAX_SAFE_INTEGER }: RecordsAsk): RecordsPage {
    const oldestId = this.oldestId();
    const isExpired = startingId > 0 && startingId <= (this.#expired.get()?.value ?? 0);
    const meters = new Map(this.#meters.named(meter).map((one) => [one.key, one]));
    const keys = JSON.stringify([...meters.keys()]);
    const rows = isExpired ? [] : this.#page.all(startingId, keys, fromS, toS, limit, offset);
    return { records: this.#recordsOf(rows, meters), oldestId, isExpired };
  }

  #recordsOf(rows: readonly Row[], meters: ReadonlyMap<number, KeyedMeter>): MinuteRecord[] {
    const ahead = new Map<string, Registers>();
    return rows.flatMap((row) => {
      const meter = meters.get(row.meter);
      if (meter === undefined) return [];
      const epoch = `${row.meter} ${row.epoch}`;
      const shifts = ahead.get(epoch) ?? this.#shiftsOf(row);
      ahead.set(epoch, shifts);
      return [recordOf(row, meter, shifts)];
    });
  }

  #shiftsOf({ meter, epoch }: Row): Registers {
    return JSON.parse(this.#shifts.get(meter, epoch)?.shifts ?? '{}') as Registers;
  }

  oldestId(): number | undefined {
    return this.#oldest.get()?.id ?? undefined;
  }

  state(): HistoryState {
    const row = this.#state.get();
    return {
      records: row?.records ?? 0,
      oldestId: row?.oldest_id ?? undefined,
      newestId: row?.newest_id ?? undefined,
      oldestS: row?.oldest ?? undefined,
      newestS: row?.newest ?? undefined,
      bytes: row?.bytes ?? 0,
    };
  }
}

function recordOf(row: Row, meter: KeyedMeter, shifts: Registers): MinuteRecord {
  return {
    id: row.id,
    meter: meter.id,
    medium: meter.medium,
    unit: meter.unit,
    endS: row.end_at,
    tariff: row.tariff ?? undefined,
    imported: row.imported,
    exported: row.exported,
    importRegister: shown(row.counted_import, shifts['import']),
    exportRegister: shown(row.counted_export, shifts['export']),
    powerMeanW: row.powers === 0 ? undefined : Math.round(row.power_sum / row.powers),
    powerMaxW: row.power_max ?? undefined,
    powerMinW: row.power_min ?? undefined,
    capacityW: meter.capacityW,
    samples: row.samples,
    coverage: Math.min(1, row.seconds / 60),
    revision: row.revision,
  };
}

function shown(counted: number | null, ahead = 0): number | undefined {
  return counted === null ? undefined : counted - ahead;
}

import type { Database } from '../../storage/sqlite.ts';
import type { HistoryState, Medium, MinuteRecord, RecordsAsk, RecordsPage, RegisterUnit } from '../answers.ts';
import type { Registers } from '../sample.ts';

interface Row {
  readonly id: number;
  readonly meter_id: string;
  readonly medium: Medium;
  readonly unit: RegisterUnit;
  readonly end_at: number;
  readonly tariff: number | null;
  readonly imported: number;
  readonly exported: number;
  readonly counted_import: number | null;
  readonly counted_export: number | null;
  readonly shifts: string | null;
  readonly powers: number;
  readonly power_sum: number;
  readonly power_max: number | null;
  readonly power_min: number | null;
  readonly capacity: number | null;
  readonly samples: number;
  readonly seconds: number;
  readonly revision: number;
}

const PAGE = `
  SELECT minute.*, meter.id AS meter_id, medium, unit, capacity, shifts
  FROM minute JOIN meter ON meter.key = minute.meter LEFT JOIN epoch ON epoch.meter = minute.meter AND epoch.epoch = minute.epoch
  WHERE minute.id >= ? AND (? IS NULL OR meter.id IN (SELECT value FROM json_each(?))) AND end_at > ? AND end_at <= ?
  ORDER BY minute.id LIMIT ? OFFSET ?`;

/** The minute records by their ids. */
export class RecordQueries {
  readonly #page;
  readonly #oldest;
  readonly #expired;
  readonly #state;

  constructor(db: Database) {
    this.#page = db.prepare<(number | string | null)[], Row>(PAGE);
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

  page({ startingId, limit, offset, among, fromS = 0, toS = Number.MAX_SAFE_INTEGER }: Among<RecordsAsk>): RecordsPage {
    const oldestId = this.oldestId();
    const isExpired = startingId > 0 && startingId <= (this.#expired.get()?.value ?? 0);
    const rows = isExpired ? [] : this.#page.all(startingId, among, among, fromS, toS, limit, offset);
    return { records: rows.map(recordOf), oldestId, isExpired };
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

/** A question about the meters of which the ids stand in a JSON array; null: all. */
export type Among<Ask> = Omit<Ask, 'meter'> & { readonly among: string | null };

function recordOf(row: Row): MinuteRecord {
  const shifts = JSON.parse(row.shifts ?? '{}') as Registers;
  const shown = (counted: number | null, name: string): number | undefined =>
    counted === null ? undefined : counted - (shifts[name] ?? 0);
  return {
    id: row.id,
    meter: row.meter_id,
    medium: row.medium,
    unit: row.unit,
    endS: row.end_at,
    tariff: row.tariff ?? undefined,
    imported: row.imported,
    exported: row.exported,
    importRegister: shown(row.counted_import, 'import'),
    exportRegister: shown(row.counted_export, 'export'),
    powerMeanW: row.powers === 0 ? undefined : Math.round(row.power_sum / row.powers),
    powerMaxW: row.power_max ?? undefined,
    powerMinW: row.power_min ?? undefined,
    capacityW: row.capacity ?? undefined,
    samples: row.samples,
    coverage: Math.min(1, row.seconds / 60),
    revision: row.revision,
  };
}

import type { Database } from '../storage/sqlite.ts';
import type { Minute } from './minute.ts';
import type { RecordIds } from './record-ids.ts';
import type { Registers } from './sample.ts';

/** What a minute of a meter becomes. */
export interface Written {
  readonly meter: number;
  readonly epoch: number;
  readonly imported: number;
  readonly exported: number;
  readonly counted: Registers;
  readonly minute: Pick<Minute, 'endS' | 'tariff' | 'samples' | 'seconds' | 'power'>;
  /** Of the record that it takes the place of; 0 where it is the first of its minute. */
  readonly revisionBefore: number;
}

interface Kept {
  readonly id: number;
  readonly samples: number;
  readonly revision: number;
}

type Values = (number | string | null)[];

const COLUMNS = [
  ...['meter', 'end_at', 'epoch', 'tariff', 'samples', 'seconds', 'imported', 'exported'],
  ...['counted_import', 'counted_export', 'tariffs', 'powers', 'power_sum', 'power_max', 'power_min'],
  ...['p1', 'p2', 'p3', 'p4', 'p5', 'p6'],
];

/** The minute records. A corrected one is a new record with a new id. */
export class Records {
  readonly #ids: RecordIds;
  readonly #insert;
  readonly #find;
  readonly #delete;
  readonly #oldest;
  readonly #setAside;
  readonly #forgetBehind;
  readonly #before;
  readonly #sameAsBefore;

  constructor(db: Database, ids: RecordIds) {
    const places = COLUMNS.map(() => '?').join(', ');
    const all = COLUMNS.join(', ');
    const same = COLUMNS.slice(2).map((column) => `${column} IS ?`);
    this.#ids = ids;
    this.#insert = db.prepare<Values>(`INSERT INTO minute(id, revision, ${all}) VALUES (?, ?, ${places})`);
    this.#find = db.prepare<[number, number], Kept>(
      'SELECT id, samples, revision FROM minute WHERE meter = ? AND end_at = ?',
    );
    this.#delete = db.prepare<[number]>('DELETE FROM minute WHERE id = ?');
    this.#oldest = db.prepare<[number], { end_at: number | null }>(
      'SELECT min(end_at) AS end_at FROM minute WHERE meter = ?',
    );
    this.#setAside = db.prepare<[number, number]>(
      'INSERT OR REPLACE INTO minute_before SELECT * FROM minute WHERE meter = ? AND end_at > ?',
    );
    this.#forgetBehind = db.prepare<[number, number]>('DELETE FROM minute WHERE meter = ? AND end_at > ?');
    this.#before = db.prepare<[number, number], Kept>(
      'SELECT id, samples, revision FROM minute_before WHERE meter = ? AND end_at = ?',
    );
    this.#sameAsBefore = db.prepare<Values, { id: number }>(
      `SELECT id FROM minute_before WHERE meter = ? AND end_at = ? AND ${same.join(' AND ')}`,
    );
  }

  find(meter: number, endS: number): Kept | undefined {
    return this.#find.get(meter, endS);
  }

  remove(id: number): void {
    this.#delete.run(id);
  }

  oldestEndS(meter: number): number | undefined {
    return this.#oldest.get(meter)?.end_at ?? undefined;
  }

  /** One that was there before the history was made anew, and is the same, keeps its id. */
  add(written: Written): void {
    const values = valuesOf(written);
    const { meter, minute, revisionBefore } = written;
    const before = revisionBefore === 0 ? this.#before.get(meter, minute.endS) : undefined;
    if (before !== undefined && this.#sameAsBefore.get(...values) !== undefined)
      this.#insert.run(before.id, before.revision, ...values);
    else this.#insert.run(this.#ids.take(), Math.max(revisionBefore, before?.revision ?? 0) + 1, ...values);
  }

  /** Sets those aside that end behind a moment: they are made anew. */
  setAsideBehind(meter: number, endS: number): void {
    this.#setAside.run(meter, endS);
    this.#forgetBehind.run(meter, endS);
  }
}

function valuesOf({ meter, epoch, imported, exported, counted, minute }: Written): Values {
  const {
    import: countedImport = null,
    export: countedExport = null,
    ...tariffs
  } = counted as Record<string, number | undefined>;
  const { endS, tariff = null, samples, seconds, power } = minute;
  const phases = power?.phasesJ ?? [null, null, null, null, null, null];
  return [
    ...[meter, endS, epoch, tariff, samples, seconds, imported, exported],
    ...[countedImport, countedExport, Object.keys(tariffs).length === 0 ? null : JSON.stringify(tariffs)],
    ...[power?.samples ?? 0, power?.sumW ?? 0, power?.maxW ?? null, power?.minW ?? null, ...phases],
  ];
}

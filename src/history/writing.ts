import type { Database } from '../storage/sqlite.ts';
import { countedOf, difference, type CountedRow } from './boundaries.ts';
import { Closing } from './closing.ts';
import { follow, shiftsOf, type Standing } from './continued.ts';
import { Gaps, longestStretchS } from './gaps.ts';
import { Ledger } from './ledger.ts';
import { LateMinutes } from './late.ts';
import { Meters, type About, type MeterEntry } from './meters.ts';
import { endOf, type Minute, type Run } from './minute.ts';
import type { RecordIds } from './record-ids.ts';
import { Records } from './records.ts';
import { isTariffOf, TOTALS } from '../reading/energy-registers.ts';
import { type MeterPlace, type Registers } from './sample.ts';

/** A minute of a meter, as it is over. */
export interface PlacedMinute {
  readonly place: MeterPlace;
  readonly about: About;
  readonly minute: Minute;
}

/** What a meter used in one minute, and where it stands behind it. */
interface Followed {
  readonly entry: MeterEntry;
  readonly imported: number;
  readonly exported: number;
  /** Of a meter whose values come when it likes: the time that they stand for. */
  readonly sparseS: number;
}

/** Writes minutes: records, gaps, epochs, and the hours, days and months that they close. All in the caller's transaction. */
export class Writing {
  readonly meters: Meters;
  readonly gaps: Gaps;
  readonly records: Records;
  readonly closing: Closing;
  readonly #late: LateMinutes;
  readonly #insertEpoch;
  readonly #newest;

  constructor(db: Database, ids: RecordIds) {
    this.meters = new Meters(db);
    this.gaps = new Gaps(db);
    this.records = new Records(db, ids);
    this.closing = new Closing(db, new Ledger(db));
    this.#late = new LateMinutes(db, this);
    this.#insertEpoch = db.prepare<[number, number, number, string | null, string]>(
      'INSERT OR REPLACE INTO epoch(meter, epoch, began_at, equipment, shifts) VALUES (?, ?, ?, ?, ?)',
    );
    this.#newest = db.prepare<[number], NewestRow>(
      'SELECT * FROM minute LEFT JOIN epoch USING (meter, epoch) WHERE meter = ? ORDER BY end_at DESC LIMIT 1',
    );
  }

  write({ place, about, minute }: PlacedMinute): void {
    const entry = this.meters.at(place, about);
    const newestEndS = entry.standing && endOf(entry.standing.atS);
    if (newestEndS === undefined || minute.endS > newestEndS) this.#append(entry, place.source, minute, 0);
    else if (minute.endS === newestEndS) this.#correct(entry, place.source, minute);
    else this.#late.write(entry, minute);
  }

  /** Puts a meter back to where it stood at the end of the last minute that it has. */
  standAt(entry: MeterEntry, endS: number): void {
    const { standing, before } = entry;
    if (standing === undefined || endOf(standing.atS) <= endS) return;
    const back = before !== undefined && endOf(before.atS) <= endS ? before : this.#restored(entry);
    const begun = back === undefined ? { firstS: undefined, baseline: undefined, spacingS: undefined } : {};
    this.meters.change({ ...entry, ...begun, standing: back, before: undefined });
  }

  /** As its newest record has it, but for the second at which it was read. */
  #restored({ key }: MeterEntry): Standing | undefined {
    const row = this.#newest.get(key);
    if (row === undefined) return undefined;
    const { end_at: atS, epoch, equipment } = row;
    const counted = countedOf(row);
    const shown = shownBy(counted, JSON.parse(row.shifts ?? '{}') as Registers);
    return { equipment: equipment ?? undefined, epoch, atS, receivedS: atS, counted, shown };
  }

  /** The newest minute came once more: what has more of it counts. */
  #correct(entry: MeterEntry, source: string, minute: Minute): void {
    const kept = this.records.find(entry.key, minute.endS);
    if (kept !== undefined && kept.samples >= minute.samples) return;
    // Where it stood before is not known of one that was put back to this minute.
    if (entry.before === undefined && (entry.firstS ?? Infinity) <= minute.endS - 60) return;
    if (kept !== undefined) this.records.remove(kept.id);
    this.gaps.removeBehind(entry.key, entry.before?.atS ?? -Infinity);
    const { before } = entry;
    const first = before === undefined ? { firstS: undefined, baseline: undefined } : {};
    this.#append({ ...entry, ...first, standing: before }, source, minute, kept?.revision ?? 0);
    this.closing.again(entry, minute.endS - 60, minute.endS);
  }

  #append(entry: MeterEntry, source: string, minute: Minute, revisionBefore: number): void {
    let followed: Followed = { entry: { ...entry, before: entry.standing }, imported: 0, exported: 0, sparseS: 0 };
    for (const run of minute.runs) followed = this.#follow(followed, source, run);
    const { standing } = followed.entry;
    if (standing === undefined) return;
    const { imported, exported, sparseS } = followed;
    const { epoch, counted } = standing;
    const seconds = entry.isSparse ? sparseS : minute.seconds;
    this.records.add({
      ...{ meter: entry.key, epoch, imported, exported, counted, revisionBefore },
      minute: { ...minute, seconds },
    });
    this.meters.change(followed.entry);
    this.closing.upTo(followed.entry, standing.atS);
  }

  #follow({ entry, imported, exported, sparseS }: Followed, source: string, { equipment, first, last }: Run): Followed {
    const before = entry.standing;
    const atFirst = follow(before, first, equipment);
    const standing = follow(atFirst, last, equipment);
    this.#noteEpoch(entry.key, before, atFirst);
    this.#noteEpoch(entry.key, atFirst, standing);
    const passedS = before === undefined ? 0 : first.atS - before.atS;
    const spacingS = entry.isSparse && passedS > 0 ? Math.min(passedS, entry.spacingS ?? Infinity) : entry.spacingS;
    const isGap = passedS > longestStretchS(entry.isSparse, spacingS);
    if (before !== undefined && isGap) this.#addGap(entry.key, source, before, atFirst);
    const from = isGap ? atFirst : (before ?? atFirst);
    const moved = difference(from.counted, standing.counted);
    return {
      entry: { ...entry, spacingS, standing, ...(before === undefined && begun(atFirst)) },
      imported: imported + (moved['import'] ?? 0),
      exported: exported + (moved['export'] ?? 0),
      sparseS: sparseS + (isGap ? (spacingS ?? 0) : passedS) + (last.atS - first.atS),
    };
  }

  #addGap(meter: number, source: string, before: Standing, after: Standing): void {
    const stretch = {
      fromS: before.atS,
      toS: after.atS,
      receivedFromS: before.receivedS,
      receivedToS: after.receivedS,
    };
    const moved = difference(before.counted, after.counted);
    this.gaps.add(meter, { ...stretch, cause: this.gaps.causeOf(source, stretch), moved });
  }

  #noteEpoch(meter: number, before: Standing | undefined, after: Standing): void {
    if (before?.epoch === after.epoch) return;
    this.#insertEpoch.run(meter, after.epoch, after.atS, after.equipment ?? null, JSON.stringify(shiftsOf(after)));
  }
}

interface NewestRow extends CountedRow {
  readonly end_at: number;
  readonly epoch: number;
  readonly equipment: string | null;
  readonly shifts: string | null;
}

/** A total that is made of tariffs was not shown. */
function shownBy(counted: Registers, shifts: Registers): Registers {
  const names = Object.keys(counted);
  const shown = names.filter(
    (name) => !TOTALS.some((total) => name === total && names.some((other) => isTariffOf(total, other))),
  );
  return Object.fromEntries(shown.map((name) => [name, (counted[name] ?? 0) - (shifts[name] ?? 0)]));
}

function begun({ atS, counted }: Standing): Pick<MeterEntry, 'firstS' | 'baseline'> {
  return { firstS: atS, baseline: counted };
}

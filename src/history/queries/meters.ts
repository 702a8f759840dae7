import type { Database } from '../../storage/sqlite.ts';
import { MBUS_FIELDS, METER_FIELDS } from '../../reading/fields.ts';
import type { Field } from '../../reading/field.ts';
import { UnknownMeter, type Medium, type Meter, type Register, type RegisterUnit } from '../answers.ts';
import type { Standing } from '../continued.ts';
import { longestStretchS } from '../gaps.ts';

interface Row {
  readonly key: number;
  readonly id: string;
  readonly source: string;
  readonly medium: Medium;
  readonly unit: RegisterUnit;
  readonly channel: number | null;
  readonly time_zone: string;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly version: string | null;
  readonly capacity: number | null;
  readonly first_at: number | null;
  readonly spacing: number | null;
  readonly standing: string | null;
}

const MINUTE_S = 60;

/** A meter, and the number of its rows. */
export interface KeyedMeter extends Meter {
  readonly key: number;
}

/** The meters of a history, in the order in which they came. */
export class MeterQueries {
  readonly #all;
  /** The only ones that there seem to be; undefined: no limit. */
  only: ReadonlySet<string> | undefined;

  constructor(db: Database) {
    this.#all = db.prepare<[], Row>('SELECT * FROM meter WHERE standing IS NOT NULL ORDER BY key');
  }

  all(): readonly KeyedMeter[] {
    const { only } = this;
    const rows = this.#all.all();
    return (only === undefined ? rows : rows.filter(({ id }) => only.has(id))).map(meterOf);
  }

  /** The ids that an answer may be about, as JSON, where only one is asked about or there is a limit; null: all. */
  among(id: string | undefined): string | null {
    if (id === undefined) return this.only === undefined ? null : JSON.stringify([...this.only]);
    return JSON.stringify(this.only?.has(id) === false ? [] : [id]);
  }

  /** The one of that id, where there is any; without an id all. */
  named(id: string | undefined): readonly KeyedMeter[] {
    return this.all().filter((meter) => meter.id === (id ?? meter.id));
  }

  /** @throws {UnknownMeter} */
  one(id: string): KeyedMeter {
    const meter = this.all().find((known) => known.id === id);
    if (meter === undefined) throw new UnknownMeter(`there is no meter ${id}`);
    return meter;
  }

  /** One meter, or all of a medium that count in one unit. @throws {UnknownMeter} */
  of(medium: Medium, id: string | undefined): readonly KeyedMeter[] {
    if (id !== undefined) return [this.one(id)];
    const meters = this.all().filter((meter) => meter.medium === medium);
    return meters.filter(({ unit }) => unit === meters[0]?.unit);
  }

  /** @throws {UnknownMeter} */
  registers(id: string): readonly Register[] {
    const { key, unit } = this.one(id);
    const row = this.#all.all().find((one) => one.key === key);
    const { shown, atS } = JSON.parse(row?.standing ?? '{}') as Standing;
    const channel = row?.channel ?? undefined;
    return Object.entries(shown).map(([name, value]) => ({
      ...described(name, row?.medium, channel),
      unit,
      value,
      atS,
    }));
  }
}

function described(
  name: string,
  medium: Medium | undefined,
  channel: number | undefined,
): Pick<Register, 'name' | 'obis' | 'about'> {
  if (medium !== 'electricity') {
    const { obis, about } = MBUS_FIELDS.register;
    return { name: 'register', obis: obis[0].replace('n', String(channel ?? 'n')), about };
  }
  const field = name.replace(/^import/, 'energyDelivered').replace(/^export/, 'energyReturned');
  const fields: Readonly<Record<string, Field>> = METER_FIELDS;
  const { obis = [], about = '' } = fields[field] ?? {};
  return { name: field, obis: obis[0] ?? '', about };
}

function meterOf(row: Row): KeyedMeter {
  const { epoch, atS } = JSON.parse(row.standing ?? '{}') as Standing;
  return {
    key: row.key,
    id: row.id,
    source: row.source,
    medium: row.medium,
    unit: row.unit,
    channel: row.channel ?? undefined,
    manufacturer: row.manufacturer ?? undefined,
    model: row.model ?? undefined,
    version: row.version ?? undefined,
    timeZone: row.time_zone,
    firstAtS: row.first_at ?? atS,
    lastAtS: atS,
    silentAfterS: longestStretchS(row.medium !== 'electricity', row.spacing ?? undefined) + MINUTE_S,
    capacityW: row.capacity ?? undefined,
    epochs: epoch,
  };
}

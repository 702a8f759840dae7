import type { Database } from '../storage/sqlite.ts';
import type { Standing } from './continued.ts';
import type { MeterPlace, Registers } from './sample.ts';

/** What a telegram says of the meter itself; undefined for what it does not say. */
export interface About {
  readonly timeZone: string;
  readonly manufacturer: string | undefined;
  readonly model: string | undefined;
  readonly version: string | undefined;
  readonly capacityW: number | undefined;
}

/** A meter as whoever writes the history has it in hand. */
export interface MeterEntry {
  readonly key: number;
  readonly id: string;
  /** Its values come when it likes: minutes apart, or hours. */
  readonly isSparse: boolean;
  readonly timeZone: string;
  readonly firstS: number | undefined;
  /** Where it stood at its first reading. */
  readonly baseline: Registers | undefined;
  /** The shortest time between two of its values. */
  readonly spacingS: number | undefined;
  readonly standing: Standing | undefined;
  /** Where it stood before its newest minute. */
  readonly before: Standing | undefined;
}

interface Row {
  readonly key: number;
  readonly id: string;
  readonly medium: string;
  readonly time_zone: string;
  readonly first_at: number | null;
  readonly baseline: string | null;
  readonly spacing: number | null;
  readonly standing: string | null;
  readonly before: string | null;
}

/** The meters of a history: in memory, and in their table with the transaction that changes them. */
export class Meters {
  readonly #db: Database;
  readonly #insert;
  readonly #describe;
  readonly #write;
  #entries = new Map<string, MeterEntry>();
  /** What the table says of each already. */
  readonly #described = new Map<string, About>();

  constructor(db: Database) {
    this.#db = db;
    this.#insert = db.prepare<[string, string, string, string, number | null, string]>(
      'INSERT INTO meter(id, source, medium, unit, channel, time_zone) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#describe = db.prepare<[string, string | null, string | null, string | null, number | null, string]>(
      'UPDATE meter SET time_zone = ?, manufacturer = ?, model = ?, version = ?, capacity = ? WHERE id = ?',
    );
    this.#write = db.prepare<[number | null, string | null, number | null, string | null, string | null, number]>(
      'UPDATE meter SET first_at = ?, baseline = ?, spacing = ?, standing = ?, before = ? WHERE key = ?',
    );
    this.load();
  }

  /** Takes them as the table has them: also after a transaction that came to nothing. */
  load(): void {
    const rows = this.#db.prepare<[], Row>('SELECT * FROM meter').all();
    this.#entries = new Map(rows.map((row) => [row.id, entryOf(row)]));
    this.#described.clear();
  }

  get all(): readonly MeterEntry[] {
    return [...this.#entries.values()];
  }

  of(source: string): readonly MeterEntry[] {
    const ids = this.#db.prepare<[string], { id: string }>('SELECT id FROM meter WHERE source = ?').all(source);
    return ids.flatMap(({ id }) => this.#entries.get(id) ?? []);
  }

  /** The meter at this place, which is made where it is new. */
  at({ id, source, medium, unit, channel }: MeterPlace, about: About): MeterEntry {
    if (!this.#entries.has(id)) this.#insert.run(id, source, medium, unit, channel ?? null, about.timeZone);
    const before = this.#described.get(id);
    if (before === undefined || Object.entries(about).some(([name, value]) => before[name as keyof About] !== value))
      this.#redescribe(id, about);
    const known = this.#entries.get(id);
    if (known !== undefined) return known;
    const row = this.#db.prepare<[string], Row>('SELECT * FROM meter WHERE id = ?').get(id);
    if (row === undefined) throw new Error(`the meter ${id} has no row`);
    return this.#keep(entryOf(row));
  }

  /** Where it stands from here on. */
  change(entry: MeterEntry): void {
    const { firstS, baseline, spacingS, standing, before } = this.#keep(entry);
    this.#write.run(firstS ?? null, json(baseline), spacingS ?? null, json(standing), json(before), entry.key);
  }

  #redescribe(id: string, about: About): void {
    const { timeZone, manufacturer, model, version, capacityW } = about;
    this.#describe.run(timeZone, manufacturer ?? null, model ?? null, version ?? null, capacityW ?? null, id);
    this.#described.set(id, about);
    const entry = this.#entries.get(id);
    if (entry !== undefined) this.#keep({ ...entry, timeZone });
  }

  #keep(entry: MeterEntry): MeterEntry {
    this.#entries.set(entry.id, entry);
    return entry;
  }
}

function entryOf(row: Row): MeterEntry {
  return {
    key: row.key,
    id: row.id,
    isSparse: row.medium !== 'electricity',
    timeZone: row.time_zone,
    firstS: row.first_at ?? undefined,
    baseline: parsed(row.baseline) as Registers | undefined,
    spacingS: row.spacing ?? undefined,
    standing: parsed(row.standing) as Standing | undefined,
    before: parsed(row.before) as Standing | undefined,
  };
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function parsed(text: string | null): unknown {
  return text === null ? undefined : JSON.parse(text);
}

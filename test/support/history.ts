import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../src/storage/database.ts';
import { MinuteBuilder, type Minute } from '../../src/history/minute.ts';
import { HistoryReader } from '../../src/history/read.ts';
import type { MeterPlace, Sample } from '../../src/history/sample.ts';
import { HistoryStore } from '../../src/history/store.ts';
import type { PlacedMinute } from '../../src/history/writing.ts';

export const ELECTRICITY: MeterPlace = {
  ...{ id: 'home', source: 'home', medium: 'electricity', unit: 'Wh', channel: undefined },
};

export const GAS: MeterPlace = { id: 'home-gas', source: 'home', medium: 'gas', unit: 'dm3', channel: undefined };

const ABOUT = {
  ...{ timeZone: 'Europe/Amsterdam', manufacturer: 'ISK', model: '2M550T-1012' },
  ...{ version: '50', capacityW: undefined },
};

/** A sample with these registers, received when it was read. */
export function sample(atS: number, registers: Sample['registers'], rest: Partial<Sample> = {}): Sample {
  return { atS, receivedS: atS, registers, equipment: 'first', tariff: 1, power: undefined, ...rest };
}

/** All minutes of these samples, the last one too. */
export function minutesOf(samples: readonly Sample[]): Minute[] {
  const builder = new MinuteBuilder();
  const closed = samples.flatMap((one) => builder.add(one) ?? []);
  return builder.open === undefined ? closed : [...closed, builder.open];
}

export function placed(minute: Minute, place = ELECTRICITY): PlacedMinute {
  return { place, about: ABOUT, minute };
}

/** A history in a folder of its own, and what reads it. */
export class HistoryScene {
  readonly folder = mkdtempSync(join(tmpdir(), 'history-'));
  readonly path = join(this.folder, 'history.db');
  readonly #keepS: number;
  store: HistoryStore;
  reader: HistoryReader;
  #seq = 0;

  constructor(keepS = 400 * 86_400) {
    this.#keepS = keepS;
    this.store = this.#open();
    this.reader = new HistoryReader(this.path);
  }

  /** Writes samples, each minute in a batch of its own. */
  write(samples: readonly Sample[], place = ELECTRICITY): void {
    for (const minute of minutesOf(samples)) this.add([placed(minute, place)]);
  }

  add(minutes: readonly PlacedMinute[]): void {
    this.#seq += 1;
    this.store.add({ source: 'home', seq: this.#seq, minutes });
  }

  reopen(): void {
    this.store.close();
    this.store = this.#open();
  }

  /** As a process that was killed leaves it. */
  kill(): void {
    this.store.abandon();
    this.store = this.#open();
  }

  loseDatabase(): void {
    this.lose();
    this.store = this.#open();
    this.reader = new HistoryReader(this.path);
  }

  lose(): void {
    this.reader.close();
    this.store.abandon();
    for (const suffix of ['', '-wal', '-shm']) rmSync(this.path + suffix, { force: true });
  }

  setVersion(version: number): void {
    this.reader.close();
    this.store.close();
    const db = new Database(this.path);
    db.exec(`PRAGMA user_version=${version}`);
    db.close();
  }

  end(): void {
    this.reader.close();
    this.store.abandon();
    rmSync(this.folder, { recursive: true });
  }

  #open(): HistoryStore {
    return new HistoryStore({ path: this.path, keepS: this.#keepS });
  }
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MinuteBuilder, type Minute } from '../../src/history/minute.ts';
import { HistoryReader } from '../../src/history/read.ts';
import type { MeterPlace, Sample } from '../../src/history/sample.ts';
import { HistoryStore } from '../../src/history/store.ts';
import type { PlacedMinute } from '../../src/history/writing.ts';

const ELECTRICITY: MeterPlace = {
  ...{ id: 'home', source: 'home', medium: 'electricity', unit: 'Wh', channel: undefined },
};

const ABOUT = {
  ...{ timeZone: 'Europe/Amsterdam', manufacturer: 'ISK', model: '5\\2M550T-1012' },
  ...{ version: '50', capacityW: undefined },
};

/** A sample with these registers, received when it was read. */
export function sample(atS: number, registers: Sample['registers'], rest: Partial<Sample> = {}): Sample {
  return { atS, receivedS: atS, registers, equipment: 'first', tariff: 1, power: undefined, ...rest };
}

/** All minutes of these samples, the last one too. */
function minutesOf(samples: readonly Sample[]): Minute[] {
  const builder = new MinuteBuilder();
  const closed = samples.flatMap((one) => builder.add(one) ?? []);
  return builder.open === undefined ? closed : [...closed, builder.open];
}

function placed(minute: Minute, place = ELECTRICITY): PlacedMinute {
  return { place, about: ABOUT, minute };
}

/** A history in a folder of its own, and what reads it. */
export class HistoryScene {
  readonly folder = mkdtempSync(join(tmpdir(), 'history-'));
  readonly path = join(this.folder, 'history.db');
  store = new HistoryStore({ path: this.path, keepS: 400 * 86_400 });
  readonly reader = new HistoryReader(this.path);
  #seq = 0;

  /** Writes samples, each minute in a batch of its own. */
  write(samples: readonly Sample[], place = ELECTRICITY): void {
    for (const minute of minutesOf(samples)) this.add([placed(minute, place)]);
  }

  add(minutes: readonly PlacedMinute[]): void {
    this.#seq += 1;
    this.store.add({ source: 'home', seq: this.#seq, minutes });
  }

  end(): void {
    this.reader.close();
    this.store.close();
    rmSync(this.folder, { recursive: true });
  }
}

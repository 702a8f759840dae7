import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Minute } from '../../src/history/minute.ts';
import type { MeterPlace } from '../../src/history/sample.ts';
import { HistoryStore } from '../../src/history/store.ts';
import type { PlacedMinute } from '../../src/history/writing.ts';

const ABOUT = {
  ...{ timeZone: 'Europe/Amsterdam', manufacturer: 'ISK', model: 'ISK5', version: '50', capacityW: undefined },
};
const HOME: MeterPlace = { id: 'home', source: 'home', medium: 'electricity', unit: 'Wh', channel: undefined };
const GAS: MeterPlace = { id: 'home-gas', source: 'home', medium: 'gas', unit: 'dm3', channel: undefined };
const MINUTES_A_DAY = 1_440;
export const DAYS = 365;
/** A whole year there, with both changes of the clocks. */
export const YEAR_S = Date.parse('2025-01-01T00:00:00+01:00') / 1_000;

let folder: string | undefined;

/** The database of a year of a meter that prints each second: three phases, two tariffs, gas each five minutes. Made once. */
export function historyOfYear(): string {
  if (folder === undefined) {
    folder = mkdtempSync(join(tmpdir(), 'p1-relay-bench-'));
    process.once('exit', () => rmSync(folder!, { recursive: true, force: true }));
    const store = new HistoryStore({ path: join(folder, 'history.db'), keepS: 400 * 86_400 });
    for (let hour = 0; hour < DAYS * 24; hour++) store.add({ source: 'home', seq: hour + 1, minutes: minutesOf(hour) });
    store.close();
  }
  return join(folder, 'history.db');
}

function minutesOf(hour: number): PlacedMinute[] {
  const first = hour * 60;
  const minutes = Array.from({ length: 60 }, (_, index) => electricity(first + index));
  const captures = Array.from({ length: 12 }, (_, index) => gas(first + 5 * index));
  return [...minutes, ...captures];
}

/** Each minute has what no other has, as in a real house. */
function electricity(index: number): PlacedMinute {
  const watts = 200 + ((index * 7_919) % 2_800);
  const at = (second: number) => ({
    atS: YEAR_S + 60 * index + second,
    receivedS: YEAR_S + 60 * index + second,
    registers: registersAt(index + second / 60),
  });
  const phasesJ = [20, 30, 10, 0, 0, 0].map((share) => share * watts);
  const minute: Minute = {
    endS: YEAR_S + 60 * (index + 1),
    runs: [{ equipment: 'one', first: at(1), last: at(60) }],
    tariff: isNight(index) ? 1 : 2,
    samples: 60,
    seconds: 60,
    power: { samples: 60, sumW: 60 * watts, maxW: watts + 400, minW: watts - 150, phasesJ },
  };
  return { place: HOME, about: ABOUT, minute };
}

function registersAt(minutes: number): Record<string, number> {
  const days = Math.floor(minutes / MINUTES_A_DAY);
  const ofDay = minutes - days * MINUTES_A_DAY;
  const night = Math.min(ofDay, 420);
  return {
    import1: 4_000_000 + Math.floor(5 * (days * 420 + night)),
    import2: 6_000_000 + Math.floor(8 * (days * 1_020 + ofDay - night)),
    export1: 1_000_000 + Math.floor(days * 420 + night),
    export2: 2_000_000 + Math.floor(3 * (days * 1_020 + ofDay - night)),
  };
}

function isNight(index: number): boolean {
  return index % MINUTES_A_DAY < 420;
}

function gas(index: number): PlacedMinute {
  const atS = YEAR_S + 60 * (index + 5);
  const point = { atS, receivedS: atS, registers: { import: 5_000_000 + 3 * index } };
  const runs = [{ equipment: 'gas', first: point, last: point }];
  return {
    place: GAS,
    about: ABOUT,
    minute: { endS: atS, runs, tariff: undefined, samples: 1, seconds: 60, power: undefined },
  };
}

import { openSync, closeSync, readFileSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openHistoryStore } from '../../../src/history/open.ts';
import type { PutAside } from '../../../src/history/protocol.ts';
import { HistoryReader } from '../../../src/history/read.ts';
import { migrations } from '../../../src/history/schema.ts';
import { openDatabase } from '../../../src/storage/sqlite.ts';
import { GAS, HistoryScene, minutesOf, placed, sample } from '../../support/history.ts';

/** 2026-01-15 12:00:00 in Amsterdam. */
const NOON = Date.parse('2026-01-15T11:00:00Z') / 1_000;
const MINUTES = 3 * 1_440;
const PAGE = 2_048;

let scene: HistoryScene;
beforeEach(() => {
  scene = new HistoryScene();
  // Two telegrams a minute, 1 Wh each, in tariff 1 and 2 by turns of an hour; gas each hour.
  const samples = Array.from({ length: 2 * MINUTES }, (_, n) => {
    const hours = Math.floor(n / 120);
    const [low, high] = [Math.ceil(hours / 2) * 120, Math.floor(hours / 2) * 120];
    const inHour = n - 120 * hours;
    const registers =
      hours % 2 === 0 ? { import1: low + inHour, import2: high } : { import1: low, import2: high + inHour };
    return sample(NOON + 30 + 30 * n, registers, { tariff: hours % 2 === 0 ? 1 : 2 });
  });
  scene.add(minutesOf(samples).map((minute) => placed(minute)));
  const gas = Array.from({ length: 72 }, (_, hour) => sample(NOON + 3_600 * hour, { import: 100 * hour }));
  for (const one of gas) scene.write([one], GAS);
  scene.reader.close();
  scene.store.close();
});
afterEach(() => scene.end());

/** Opens it as the service would. @returns what was put aside. */
function reopen(): PutAside | undefined {
  let found: PutAside | undefined;
  scene.store = openHistoryStore(
    { folder: dirname(scene.path), keepS: 400 * 86_400 },
    (putAside) => (found = putAside),
  );
  scene.reader = new HistoryReader(scene.path);
  return found;
}

/** A damage that shows only as it is read: the store meets it while it is open. */
function reopenBroken(): PutAside {
  let found: PutAside | undefined;
  const damage = new Error('database disk image is malformed');
  const settings = { folder: dirname(scene.path), keepS: 400 * 86_400 };
  scene.store = openHistoryStore(settings, (putAside) => (found = putAside), damage);
  scene.reader = new HistoryReader(scene.path);
  return found!;
}

function overwrite(from: number, bytes: number): void {
  const file = openSync(scene.path, 'r+');
  writeSync(file, Buffer.alloc(bytes, 'noise'), 0, bytes, from);
  closeSync(file);
}

function usedWh(resolution: 'hours' | 'days' | 'months'): number {
  const ask = {
    fromS: NOON - 86_400,
    toS: NOON + 5 * 86_400,
    resolution,
    medium: 'electricity',
    split: 'none',
  } as const;
  const [series] = scene.reader.usage({ ...ask, mostBuckets: 1_000 }).series;
  return series!.buckets.reduce((sum, { imported }) => sum + imported, 0);
}

const records = () => scene.reader.records({ startingId: 0, limit: 1e6, offset: 0, meter: 'home' }).records;
const unaccounted = (meter: string) => scene.reader.balance(meter, 0, 4e9)!.unaccounted;

/** From the first telegram (0 Wh) to the last one. */
const ALL_WH = 2 * MINUTES - 1;

describe('a history with damage', () => {
  test.each([
    ['in its middle', () => overwrite(PAGE * Math.floor(statSync(scene.path).size / PAGE / 2), 4 * PAGE)],
    [
      'in three places',
      () => [0.3, 0.5, 0.9].forEach((part) => overwrite(Math.floor(part * statSync(scene.path).size), 700)),
    ],
  ])('%s keeps the other minutes, and what the registers show', (_, damage) => {
    damage();
    const { minutesSaved, path } = reopenBroken();
    expect(minutesSaved).toBeGreaterThan(0.9 * MINUTES);
    expect(path).toContain('.corrupt-');
    expect([usedWh('hours'), usedWh('days'), usedWh('months')]).toEqual([ALL_WH, ALL_WH, ALL_WH]);
    expect([unaccounted('home'), unaccounted('home-gas')]).toEqual([0, 0]);
    for (const { id, endS } of records()) expect(endS).toBe(NOON + 60 * id);
  });

  test('in its header keeps all of it', () => {
    overwrite(0, 100);
    expect(reopen()!.minutesSaved).toBe(MINUTES + 72);
    expect([usedWh('hours'), unaccounted('home'), unaccounted('home-gas')]).toEqual([ALL_WH, 0, 0]);
    expect(records().map(({ id }) => id)).toEqual(Array.from({ length: MINUTES }, (_, index) => index + 1));
  });

  test('that was cut off keeps what lies before the cut', () => {
    truncateSync(scene.path, PAGE * Math.floor((0.7 * statSync(scene.path).size) / PAGE));
    expect(reopenBroken().minutesSaved).toBeGreaterThan(0.4 * MINUTES);
    expect(unaccounted('home')).toBe(0);
    // The registers of the next telegram tell what was used since: one more than the last one had.
    scene.write([sample(NOON + 60 * MINUTES + 30, { import1: MINUTES, import2: MINUTES })]);
    expect([usedWh('hours'), usedWh('days'), unaccounted('home')]).toEqual([ALL_WH + 1, ALL_WH + 1, 0]);
  });

  test('that is none at all begins anew, with ids that nobody had', () => {
    writeFileSync(scene.path, 'what is this?'.repeat(10_000));
    expect(reopen()!.minutesSaved).toBe(0);
    scene.write([sample(NOON, { import1: 5 })]);
    expect(records().map(({ id }) => id)).toEqual([MINUTES + 73]);
  });
});

test('ids of minutes that were lost are not given again', () => {
  const before = readFileSync(`${scene.path}.ids`, 'latin1').trim();
  overwrite(PAGE * Math.floor(statSync(scene.path).size / PAGE / 2), 4 * PAGE);
  reopenBroken();
  scene.write([sample(NOON + 60 * MINUTES + 30, { import1: MINUTES, import2: MINUTES })]);
  expect(records().at(-1)!.id).toBe(Number(before));
});

test('a header is mended of a file that an earlier version made, too', () => {
  scene.end();
  scene = new HistoryScene();
  scene.lose();
  const old = openDatabase(scene.path, migrations.slice(0, 1), PAGE, 'readers');
  const note = old.prepare("INSERT INTO trouble VALUES ('home', ?, 'port')");
  old.transaction(() => Array.from({ length: 5_000 }, (_, second) => note.run(second)))();
  old.close();
  reopen();
  scene.write([0, 30, 60, 90].map((second) => sample(NOON + 30 + second, { import1: second })));
  scene.reader.close();
  scene.store.close();
  overwrite(0, 100);
  expect(reopen()!.minutesSaved).toBe(2);
  expect([records().length, unaccounted('home')]).toEqual([2, 0]);
});

test('a repair that was cut short between its renames is ended', () => {
  const whole = readFileSync(scene.path);
  scene.lose();
  writeFileSync(`${scene.path}.repaired`, whole);
  expect(reopen()).toBeUndefined();
  expect(records()).toHaveLength(MINUTES);
});

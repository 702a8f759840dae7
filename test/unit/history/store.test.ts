import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { minuteOf } from '../../../src/history/minute.ts';
import type { Sample } from '../../../src/history/sample.ts';
import { HistoryStore } from '../../../src/history/store.ts';
import { ELECTRICITY, GAS, HistoryScene, minutesOf, placed, sample } from '../../support/history.ts';

/** 2026-01-15 12:00:00 in Amsterdam. */
const NOON = Date.parse('2026-01-15T11:00:00Z') / 1_000;
const EVER = { fromS: 0, toS: 4e9 };

let scene: HistoryScene;
beforeEach(() => {
  scene = new HistoryScene();
});
afterEach(() => scene.end());

/** A telegram each ten seconds, from this second on: `import1` grows by one each time. */
function tenSeconds(fromS: number, count: number, begin: number, rest: Partial<Sample> = {}): Sample[] {
  return Array.from({ length: count }, (_, index) => sample(fromS + 10 * index, { import1: begin + index }, rest));
}

function usage(resolution: 'minutes' | 'hours' | 'days' = 'hours', medium: 'electricity' | 'gas' = 'electricity') {
  const ask = { fromS: NOON, toS: NOON + 10 * 86_400, resolution, medium, split: 'none', mostBuckets: 1e6 } as const;
  return scene.reader.usage(ask).series[0]!.buckets;
}

function records() {
  return scene.reader.records({ startingId: 0, limit: 1_000, offset: 0 }).records;
}

function gaps() {
  return scene.reader.gaps({ ...EVER, leastSeconds: 0, limit: 100 });
}

describe('minute records', () => {
  test('are what lies behind the last minute, up to and with the full one', () => {
    const power = { netW: 400, phasesW: [300, 100, null, 0, 0, null] };
    scene.write(tenSeconds(NOON, 13, 5_000, { power }));
    // One reading at 12:00:00, six each in the two minutes behind it.
    expect(
      records().map(({ endS, samples, imported, importRegister, coverage }) => [
        ...[endS - NOON, samples, imported, importRegister, coverage],
      ]),
    ).toEqual([
      [0, 1, 0, 5_000, 1 / 60],
      [60, 6, 6, 5_006, 1],
      [120, 6, 6, 5_012, 1],
    ]);
    expect(records().map(({ id }) => id)).toEqual([1, 2, 3]);
    const { powerMeanW, powerMaxW, tariff, exportRegister, revision } = records()[1]!;
    expect([powerMeanW, powerMaxW, tariff, exportRegister, revision]).toEqual([400, 400, 1, undefined, 1]);
    const ask = { fromS: NOON, toS: NOON + 120, resolution: 'hours', medium: 'electricity', split: 'phase' } as const;
    // 300 W for 120 s are 36,000 J: 10 Wh; 100 W are 12,000 J: 3.33 Wh.
    const phases = scene.reader.usage({ ...ask, mostBuckets: 10 }).series;
    expect(phases.map(({ marker, buckets }) => [marker!.value, buckets[0]!.imported, buckets[0]!.isEstimated])).toEqual(
      [
        ['1', 10, true],
        ['2', 3, true],
      ],
    );
  });

  test('a minute that comes again with more in it is a new record', () => {
    const samples = tenSeconds(NOON + 10, 6, 5_000);
    const [whole] = minutesOf(samples);
    const [half] = minutesOf(samples.slice(0, 3));
    scene.add([placed(half!)]);
    scene.add([placed(whole!)]);
    scene.add([placed(half!)]);
    scene.add([placed(whole!)]);
    expect(records().map(({ id, revision, imported, samples: count }) => [id, revision, imported, count])).toEqual([
      [2, 2, 5, 6],
    ]);
    expect(scene.reader.balance('home', 0, 4e9)).toBeDefined();
  });

  test('below the oldest that is kept nothing is answered', () => {
    scene.end();
    scene = new HistoryScene(3_600);
    scene.write(tenSeconds(NOON, 3 * 360, 0));
    while (scene.store.tidy());
    const { oldestId, isExpired } = scene.reader.records({ startingId: 5, limit: 10, offset: 0 });
    // Three hours were read and one is kept: the first two hold 120 minutes, behind the record of 12:00:00 itself.
    expect([oldestId, isExpired]).toEqual([121, true]);
    expect(scene.reader.records({ startingId: 0, limit: 1, offset: 0 }).records[0]!.id).toBe(121);
    expect(usage().map(({ imported }) => imported)).toEqual([360, 360, 359]);
  });

  test('an id below the oldest one was never kept where a correction took it, or none had it', () => {
    const asked = (startingId: number) => scene.reader.records({ startingId, limit: 10, offset: 0 });
    // Half of the first minute is record 1, and all of it record 2.
    const samples = tenSeconds(NOON + 10, 6, 5_000);
    scene.add([placed(minutesOf(samples.slice(0, 3))[0]!)]);
    scene.add([placed(minutesOf(samples)[0]!)]);
    expect([asked(1).isExpired, asked(1).oldestId, asked(1).records.map(({ id }) => id)]).toEqual([false, 2, [2]]);
    // A database that is lost goes on with the next block.
    scene.kill();
    scene.loseDatabase();
    scene.write(tenSeconds(NOON + 10, 2, 0));
    expect([asked(3).isExpired, asked(3).records.map(({ id }) => id)]).toEqual([false, [1_001]]);
  });

  test('what retention took stays taken, and what it took is told to the id', () => {
    scene.end();
    scene = new HistoryScene(3_600);
    scene.write(tenSeconds(NOON, 3 * 360, 0));
    while (scene.store.tidy());
    scene.reopen();
    const expired = [1, 120, 121].map(
      (startingId) => scene.reader.records({ startingId, limit: 1, offset: 0 }).isExpired,
    );
    expect(expired).toEqual([true, true, false]);
    // The oldest is corrected: its id was not taken by retention.
    scene.store.rewind('home', NOON, 0);
    scene.store.settle();
    scene.write(tenSeconds(NOON + 2 * 3_600 + 60, 7, 10_000));
    const after = [120, 121, 122].map(
      (startingId) => scene.reader.records({ startingId, limit: 1, offset: 0 }).isExpired,
    );
    expect(after).toEqual([true, false, false]);
  });

  test('ids go on where a database is lost, or was not closed', () => {
    scene.write(tenSeconds(NOON, 13, 0));
    scene.reopen();
    scene.write(tenSeconds(NOON + 610, 2, 100));
    expect(records().map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    scene.kill();
    scene.write(tenSeconds(NOON + 1_210, 2, 200));
    expect(records().at(-1)!.id).toBe(1_004);
    scene.loseDatabase();
    scene.write(tenSeconds(NOON + 10, 2, 0));
    expect(records()[0]!.id).toBe(2_004);
  });
});

test('the minute that ends as an hour begins is of the hour before it, with its power', () => {
  const at = (netW: number) => ({ power: { netW, phasesW: [null, null, null, null, null, null] } });
  scene.write([...tenSeconds(NOON - 60, 7, 0, at(6_000)), ...tenSeconds(NOON + 10, 360, 7, at(600))]);
  expect(usage().map(({ powerMeanW, powerMaxW, imported }) => [powerMeanW, powerMaxW, imported])).toEqual([
    [600, 600, 360],
  ]);
});

describe('a gap', () => {
  test('is interpolated, flagged, and listed with what moved in it', () => {
    scene.write([...tenSeconds(NOON, 2, 0), ...tenSeconds(NOON + 7_210, 2, 721)]);
    // From 12:00:10 to 14:00:10 register 1 grew from 1 to 721: 359 of it by 13:00:00, after 3,590 of 7,200 seconds.
    expect(usage().map(({ imported, isEstimated }) => [imported, isEstimated])).toEqual([
      [360, true],
      [360, true],
      [2, true],
    ]);
    expect(usage()[1]!.coverage).toBe(0);
    expect(gaps()).toEqual([
      {
        ...{ meter: 'home', medium: 'electricity', unit: 'Wh', fromS: NOON + 10, toS: NOON + 7_210 },
        ...{ cause: 'unknown', imported: 720, exported: 0 },
      },
    ]);
    const balance = scene.reader.balance('home', 0, 4e9)!;
    expect(balance).toMatchObject({ registerImported: 722, recordsImported: 2, gapsImported: 720, unaccounted: 0 });
  });

  test.each([
    [['silent'], 'silent'],
    [['silent', 'port'], 'port'],
    [['checksum', 'silent'], 'checksum'],
    [['port', 'disk'], 'disk'],
    [['port', 'agent'], 'agent'],
  ] as const)('with %s noted in it has the cause %s', (noted, cause) => {
    for (const one of noted) scene.store.note({ source: 'home', atS: NOON + 60, cause: one });
    scene.store.note({ source: 'other', atS: NOON + 60, cause: 'agent' });
    scene.store.note({ source: 'home', atS: NOON - 60, cause: 'agent' });
    scene.write([sample(NOON, { import: 1 }), sample(NOON + 600, { import: 2 })]);
    expect(gaps().map((gap) => gap.cause)).toEqual([cause]);
  });

  test('is more than a minute between two readings', () => {
    scene.write([0, 60, 121].map((second) => sample(NOON + second, { import1: second })));
    expect(gaps().map(({ fromS, toS }) => [fromS - NOON, toS - NOON])).toEqual([[60, 121]]);
  });

  test('estimates nothing of what ends with the last reading before it, or begins with the first behind it', () => {
    scene.write([...tenSeconds(NOON - 3_600, 361, 0), ...tenSeconds(NOON + 3_600, 361, 720)]);
    // Its hour begins and ends with a reading, so what moved in it is known.
    expect(usage().map(({ imported, isEstimated }) => [imported, isEstimated])).toEqual([
      [360, false],
      [360, false],
    ]);
  });

  test('that a late minute lies in is two gaps, and all adds up', () => {
    scene.write([sample(NOON, { import1: 0 }), sample(NOON + 7_200, { import1: 720 })]);
    scene.write(tenSeconds(NOON + 3_610, 6, 400));
    // In the hour before 13:00 the line goes from 0 to 400 now, in that behind it from 405 to 720.
    expect(usage().map(({ imported }) => imported)).toEqual([398, 322]);
    expect(gaps().map(({ fromS, toS, imported }) => [fromS - NOON, toS - NOON, imported])).toEqual([
      [0, 3_610, 400],
      [3_660, 7_200, 315],
    ]);
    expect(records().at(-1)).toMatchObject({ id: 3, endS: NOON + 3_660, imported: 5, importRegister: 405 });
    expect(scene.reader.balance('home', 0, 4e9)!.unaccounted).toBe(0);
  });

  test('a late minute whose registers do not fit is no part of the history', () => {
    scene.write([sample(NOON, { import1: 100 }), sample(NOON + 7_200, { import1: 820 })]);
    scene.write(tenSeconds(NOON + 3_610, 6, 9_000));
    scene.write(tenSeconds(NOON + 3_610, 6, 90));
    expect(records()).toHaveLength(2);
    expect(gaps()).toHaveLength(1);
  });

  test('older minutes come before all others', () => {
    scene.write(tenSeconds(NOON, 7, 1_000));
    scene.write(tenSeconds(NOON - 3_600, 7, 500));
    expect(scene.reader.meters()[0]!.firstAtS).toBe(NOON - 3_600);
    expect(gaps().map(({ imported }) => imported)).toEqual([1_000 - 506]);
    expect(scene.reader.balance('home', 0, 4e9)!.unaccounted).toBe(0);
  });
});

describe('an epoch', () => {
  test.each([
    ['another meter', 99_999_990, 40, 'second', 0],
    ['a counter that fell', 50_000_000, 40, 'first', 0],
    ['a counter that went over its last digit', 99_999_990, 7, 'first', 17],
    ['a counter that fell from close to its last digit', 99_999_990, 2_000_000, 'first', 0],
    ['a counter of few digits that fell', 9_999, 7, 'first', 0],
  ])('%s', (_, before, after, equipment, used) => {
    const behind = [after, after + 5].map((import1, index) => sample(NOON + 20 + index, { import1 }, { equipment }));
    scene.write([sample(NOON + 10, { import1: before }), ...behind]);
    expect(usage().map(({ imported }) => imported)).toEqual([used + 5]);
    expect(scene.reader.meters()[0]!.epochs).toBe(2);
    // The record shows what the meter shows.
    expect(records().at(-1)!.importRegister).toBe(after + 5);
    expect(scene.reader.balance('home', 0, 4e9)!.unaccounted).toBe(0);
  });
});

describe('gas', () => {
  const hourly = (hours: readonly number[]): void => {
    for (const [index, hour] of hours.entries())
      scene.add([placed(minuteOf(sample(NOON + 3_600 * hour, { import: 100 * hour + index })), GAS)]);
  };

  test('of a meter that reports each hour has no gaps, and is never added to electricity', () => {
    hourly([0, 1, 2, 3]);
    scene.write(tenSeconds(NOON, 7, 1_000));
    expect(
      usage('hours', 'gas').map(({ imported, coverage, isEstimated }) => [imported, coverage, isEstimated]),
    ).toEqual([...[0, 1, 2].map(() => [101, 1, false])]);
    expect(usage().map(({ imported }) => imported)).toEqual([6]);
    expect(gaps()).toEqual([]);
  });

  test('is silent once it misses what is usual for it, electricity after a minute', () => {
    hourly([0, 1, 2]);
    scene.write(tenSeconds(NOON, 7, 1_000));
    const silentAfterS = Object.fromEntries(scene.reader.meters().map((one) => [one.medium, one.silentAfterS]));
    // Each with the minute that may not be over: three hours of gas, one minute of electricity.
    expect(silentAfterS).toEqual({ gas: 10_800 + 60, electricity: 60 + 60 });
  });

  test('that was not read for long is a gap', () => {
    hourly([0, 1, 2, 10]);
    expect(gaps().map(({ fromS, toS, imported }) => [fromS - NOON, toS - NOON, imported])).toEqual([
      [2 * 3_600, 10 * 3_600, 801],
    ]);
    expect(usage('hours', 'gas')[5]).toMatchObject({ isEstimated: true, coverage: 0 });
  });
});

describe('made anew', () => {
  test('what turns out the same keeps its id, what does not gets a new one', () => {
    const samples = tenSeconds(NOON, 25, 0);
    scene.write(samples);
    const before = records();
    scene.store.rewind('home', NOON + 60, 0);
    expect(records().map(({ id }) => id)).toEqual([1, 2]);
    const changed = samples.map((one) => (one.atS > NOON + 180 ? { ...one, tariff: 2 } : one));
    scene.write(changed.filter(({ atS }) => atS > NOON + 60));
    scene.store.settle();
    expect(records().map(({ id, revision }) => [id, revision])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
      [4, 1],
      [6, 2],
    ]);
    expect(records().slice(0, 4)).toEqual(before.slice(0, 4));
    expect(usage().map(({ imported }) => imported)).toEqual([24]);
    expect(scene.reader.balance('home', 0, 4e9)!.unaccounted).toBe(0);
  });
});

test('a batch is written as a whole, with its cursor', () => {
  const { store } = scene;
  const [minute] = minutesOf(tenSeconds(NOON, 2, 0));
  const broken = { place: ELECTRICITY, about: undefined, minute } as unknown as ReturnType<typeof placed>;
  expect(() => store.add({ source: 'home', seq: 9, minutes: [placed(minute!), broken] })).toThrow();
  expect([store.cursorOf('home'), records()]).toEqual([0, []]);
  store.add({ source: 'home', seq: 9, minutes: [placed(minute!)] });
  expect([store.cursorOf('home'), records().length]).toEqual([9, 1]);
});

test('of a newer program it is left alone', () => {
  scene.setVersion(99);
  expect(() => new HistoryStore({ path: scene.path, keepS: 1 })).toThrow(/has schema 99/);
});

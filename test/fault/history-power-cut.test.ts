import { realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openHistoryStore } from '../../src/history/open.ts';
import { HistoryReader } from '../../src/history/read.ts';
import { createDice } from '../support/dice.ts';
import { record } from '../support/findings.ts';
import { GAS, minutesOf, placed, sample } from '../support/history.ts';
import { temporaryFolder } from '../support/journal.ts';
import { COMPILER, DiskShim } from '../support/power-cut/disk-shim.ts';
import { Disk, type Files } from '../support/power-cut/disk.ts';
import { batchOf, BEGIN_S, endOfMinute, isSilent } from '../support/power-cut/history-minutes.ts';
import { MARKS } from '../support/power-cut/marks.ts';
import { HISTORY, layOut, recordLife, type Recording } from '../support/power-cut/recording.ts';
import { describeWithTools } from '../support/tools.ts';

/** How often the power is cut; the long form asks for its own number. */
const CUTS = Number(process.env['P1_RELAY_POWER_CUTS'] ?? 60);
const MINUTES = 1_500;
/** The meter counts 7 Wh a minute, from the first telegram (3 Wh) to the last (7 Wh into its minute). */
const ALL_WH = 7 * MINUTES + 7 - 3 - 7;

describeWithTools('a power cut under the history', [COMPILER], () => {
  let shim: DiskShim;
  beforeAll(() => {
    shim = new DiskShim();
  });
  afterAll(() => shim.remove());

  test(
    `at ${CUTS} moments: with what the journal has behind its cursor all sums are right, and no id is another minute's`,
    { timeout: 15 * 60_000 },
    async () => {
      const folder = realpathSync(temporaryFolder());
      const life = { seed: 5, minutes: MINUTES };
      const recording = await recordLife(shim, join(folder, 'life'), new Map(), life, HISTORY);
      const problems: string[] = [];
      let cuts = 0;
      for (const { files, seen } of cutsOf(recording, CUTS, createDice(6))) {
        const found = goOn(layOut(join(folder, 'cut'), files));
        problems.push(...found.problems, ...twice(found.ids, seen).map((text) => `cut ${cuts}: ${text}`));
        rmSync(join(folder, 'cut'), { recursive: true });
        cuts += 1;
      }
      const note = 'the history: sums behind it against the telegrams of the journal';
      record({
        fault: 'power cut under the history',
        tried: cuts,
        lost: problems.length,
        twice: 0,
        outOfOrder: 0,
        note,
      });
      expect(cuts).toBe(CUTS);
      expect(problems).toEqual([]);
    },
  );
});

/** What a cut left, and the minutes that each id stood for as far as anybody had seen by then. */
function* cutsOf({ begin, changes }: Recording, count: number, dice: () => number) {
  const moments = Array.from({ length: count }, () => Math.floor(dice() * changes.length)).sort((a, b) => a - b);
  const disk = new Disk(begin);
  const seen = new Map<number, number>();
  for (const [index, change] of changes.entries()) {
    for (; moments[0] === index; moments.shift()) yield { files: disk.cut(dice) satisfies Files, seen };
    if (change.name !== MARKS) disk.apply(change);
    else if (change.kind === 'write')
      for (const [id, endS] of JSON.parse(change.data.toString()) as [number, number][]) seen.set(id, endS);
  }
}

/** The next start: what the journal has behind the cursor is read again, up to its end. */
function goOn(folder: string) {
  const problems: string[] = [];
  const store = openHistoryStore({ folder, keepS: 400 * 86_400 }, ({ cause }) => problems.push(`put aside: ${cause}`));
  // Something that was not there before the cut takes the first id: those behind it are no longer what they would have been.
  const gas = minutesOf([sample(BEGIN_S, { import: 1 })]).map((minute) => placed(minute, GAS));
  store.add({ source: 'home', seq: 0, minutes: gas });
  for (let n = store.cursorOf('home') + 1; n <= MINUTES; n++) store.add(batchOf(n));
  store.close();
  const reader = new HistoryReader(join(folder, 'history.db'));
  const ids = reader
    .records({ startingId: 0, limit: 1_000_000, offset: 0 })
    .records.map(({ id, endS }) => [id, endS] as const);
  problems.push(...missing(new Set(ids.map(([, endS]) => endS))), ...wrongSums(reader));
  reader.close();
  return { problems, ids };
}

function missing(ends: ReadonlySet<number>): string[] {
  const all = Array.from({ length: MINUTES }, (_, index) => index + 1).filter((n) => !isSilent(n));
  return all.filter((n) => !ends.has(endOfMinute(n))).map((n) => `minute ${n} is gone`);
}

function wrongSums(reader: HistoryReader): string[] {
  const { unaccounted } = reader.balance('home', 0, 4e9)!;
  const sums = (['hours', 'days'] as const).map((resolution) => {
    const ask = {
      fromS: BEGIN_S,
      toS: BEGIN_S + 5 * 86_400,
      resolution,
      medium: 'electricity',
      split: 'none',
    } as const;
    const { buckets } = reader.usage({ ...ask, meter: 'home', mostBuckets: 1_000 }).series[0]!;
    return buckets.reduce((total, { imported }) => total + imported, 0);
  });
  return sums.every((sum) => sum === ALL_WH) && unaccounted === 0
    ? []
    : [`hours and days add up to ${sums.join()}, ${unaccounted} Wh unaccounted`];
}

function twice(ids: readonly (readonly [id: number, endS: number])[], seen: ReadonlyMap<number, number>): string[] {
  return ids.flatMap(([id, endS]) => ((seen.get(id) ?? endS) === endS ? [] : [`id ${id} is another minute's`]));
}

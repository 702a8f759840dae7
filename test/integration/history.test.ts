import { closeSync, openSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { Resolution } from '../../src/history/answers.ts';
import { HistoryReader } from '../../src/history/read.ts';
import { simulateHouse } from '../../src/simulator/house.ts';
import { test, type Scene } from '../support/scene.ts';
import { until } from '../support/service.ts';
import { askWeb, webUrl } from '../support/web.ts';

/** One telegram in ten seconds of a house, but for what falls into a gap. */
function* everyTenSeconds(start: Date, count: number, gaps: readonly (readonly [from: number, to: number])[] = []) {
  const house = simulateHouse({ start, seed: 4, phases: 3 });
  for (let index = 0; index < count; index++) {
    const telegram = house.next().value;
    if (index % 10 === 0 && !gaps.some(([from, to]) => index >= from && index < to)) yield { index, telegram };
  }
}

/** What the registers of a telegram add up to, read by hand. */
function registers(telegram: Buffer): { imported: number; exported: number } {
  const text = telegram.toString('latin1');
  const sum = (obis: string): number =>
    [1, 2].reduce((total, tariff) => {
      const [, digits = ''] = new RegExp(`1-0:${obis}\\.${tariff}\\((\\d+\\.\\d+)\\*kWh\\)`).exec(text) ?? [];
      return total + Number(digits.replace('.', ''));
    }, 0);
  return { imported: sum('1\\.8'), exported: sum('2\\.8') };
}

interface Point {
  readonly atS: number;
  readonly imported: number;
  readonly exported: number;
}

/** The last reading at or before a moment; over a minute between two the straight line. */
function registerAt(points: readonly Point[], atS: number, name: 'imported' | 'exported'): number {
  const after = points.findIndex((point) => point.atS > atS);
  if (after === 0) return points[0]![name];
  const last = points.at(after === -1 ? -1 : after - 1)!;
  const next = points[after];
  if (after === -1 || next === undefined || next.atS - last.atS <= 60) return last[name];
  return last[name] + Math.floor(((next[name] - last[name]) * (atS - last.atS)) / (next.atS - last.atS));
}

function historyIn(stateDir: string): HistoryReader {
  return new HistoryReader(join(stateDir, 'history.db'));
}

const EVER = { fromS: 0, toS: 4e9 };

describe.for<[string, number]>([
  ['2026-03-28T22:10:00Z', 23],
  ['2026-10-24T21:10:00Z', 25],
])('over the change of the clocks at %s', ([start, hours]) => {
  test(
    `the day has ${hours} hours, and every bucket is what the telegrams say`,
    { timeout: 240_000 },
    async ({ scene }) => {
      const stateDir = await scene.folder();
      const seconds = 28 * 3_600;
      const taken = [...everyTenSeconds(new Date(start), seconds, [[9_000, 16_207]])];
      scene.hide(taken[0]!.telegram);
      const path = join(stateDir, 'capture.bin');
      writeFileSync(path, Buffer.concat(taken.map(({ telegram }) => telegram)));
      const points = taken.map(({ index, telegram }) => ({
        atS: Date.parse(start) / 1_000 + index,
        ...registers(telegram),
      }));

      const config = { source: { name: 'home', type: 'file', path } };
      const service = await scene.service({ config, stateDir, args: ['--until-delivered'] });
      await service.exited();

      const reader = historyIn(stateDir);
      scene.atEnd(() => {
        reader.close();
        return Promise.resolve();
      });
      for (const resolution of ['minutes', 'quarters', 'hours', 'days', 'weeks', 'months'] satisfies Resolution[]) {
        const ask = { ...EVER, resolution, medium: 'electricity', mostBuckets: 1e9 } as const;
        const [{ buckets } = { buckets: [] }] = reader.usage({ ...ask, split: 'none' }).series;
        const expected = buckets.map(({ fromS, toS }) => ({
          imported: registerAt(points, toS, 'imported') - registerAt(points, fromS, 'imported'),
          exported: registerAt(points, toS, 'exported') - registerAt(points, fromS, 'exported'),
        }));
        expect(
          buckets.map(({ imported, exported }) => ({ imported, exported })),
          resolution,
        ).toEqual(expected);
        const byTariff = reader.usage({ ...ask, split: 'tariff' }).series;
        const sums = buckets.map((_, index) =>
          byTariff.reduce((sum, series) => sum + series.buckets[index]!.imported, 0),
        );
        expect(sums, resolution).toEqual(buckets.map(({ imported }) => imported));
      }
      const days = reader.usage({
        ...EVER,
        resolution: 'days',
        medium: 'electricity',
        split: 'none',
        mostBuckets: 1e6,
      });
      expect((days.series[0]!.buckets[1]!.toS - days.series[0]!.buckets[1]!.fromS) / 3_600).toBe(hours);
      expect(
        reader.gaps({ ...EVER, leastSeconds: 60, limit: 10 }).map(({ meter, toS, fromS }) => [meter, toS - fromS]),
      ).toContainEqual(['home', 7_220]);
      for (const { id } of reader.meters()) expect(reader.balance(id, 0, 4e9)!.unaccounted).toBe(0);
    },
  );
});

/** A service that has read so many of these telegrams. */
async function readBy(scene: Scene, stateDir: string, telegrams: readonly Buffer[], rest: object = {}) {
  const line = await scene.tcpLine();
  const service = await scene.service({ config: { source: { ...line.source, name: 'home' }, ...rest }, stateDir });
  await line.opened();
  for (const telegram of telegrams) await line.write(telegram);
  await until(async () => (await service.health()).sources[0]!.accepted === telegrams.length, 30_000);
  return service;
}

const START = new Date('2026-03-10T10:00:00Z');

function tenSeconds(from: number, to: number): Buffer[] {
  return [...everyTenSeconds(START, to)].filter(({ index }) => index >= from).map(({ telegram }) => telegram);
}

test(
  'a service that is killed loses no minute and no watt-hour, and uses no id twice',
  { timeout: 120_000 },
  async ({ scene }) => {
    const stateDir = await scene.folder();
    scene.hide(tenSeconds(0, 10)[0]!);
    const killed = await readBy(scene, stateDir, tenSeconds(0, 330));
    await until(() => readdirSync(stateDir).includes('history.db') && historyOf(stateDir).minutes >= 5, 20_000);
    await killed.kill();
    const behind = await readBy(scene, stateDir, tenSeconds(330, 600));
    await until(() => historyOf(stateDir).minutes >= 10, 20_000);
    await behind.stop();
    const later = await readBy(scene, stateDir, tenSeconds(1_200, 1_300));
    await until(() => historyOf(stateDir).minutes >= 13, 20_000);
    await later.stop();

    const reader = historyIn(stateDir);
    const { records } = reader.records({ startingId: 0, limit: 1_000, offset: 0, meter: 'home' });
    // One reading at 10:00:00, minutes up to 10:10, and two behind the gap, the first with a reading at its end only.
    const minutes = records.filter(({ endS }) => endS <= START.getTime() / 1_000 + 600);
    expect(minutes.map(({ endS }) => endS - START.getTime() / 1_000)).toEqual([
      0, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600,
    ]);
    expect(minutes.slice(1, -1).map(({ samples }) => samples)).toEqual(Array.from({ length: 9 }, () => 6));
    const ids = records.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const [gap] = reader.gaps({ ...EVER, leastSeconds: 60, limit: 10, meter: 'home' });
    expect(gap).toMatchObject({
      cause: 'agent',
      fromS: START.getTime() / 1_000 + 590,
      toS: START.getTime() / 1_000 + 1_200,
    });
    expect(reader.balance('home', 0, 4e9)).toMatchObject({ unaccounted: 0 });
    reader.close();
  },
);

function historyOf(stateDir: string): { minutes: number } {
  let reader: HistoryReader | undefined;
  try {
    reader = historyIn(stateDir);
    return { minutes: reader.records({ startingId: 0, limit: 1_000, offset: 0, meter: 'home' }).records.length };
  } catch {
    return { minutes: 0 };
  } finally {
    reader?.close();
  }
}

test(
  'a broken history is put aside and made anew from the journal; nothing else notices',
  { timeout: 120_000 },
  async ({ scene }) => {
    const stateDir = await scene.folder();
    scene.hide(tenSeconds(0, 10)[0]!);
    const config = { source: { name: 'home', type: 'tcp', host: '127.0.0.1', port: 9 } };
    await (await readBy(scene, stateDir, tenSeconds(0, 610))).stop();
    const before = historyOf(stateDir).minutes;
    writeFileSync(join(stateDir, 'history.db'), Buffer.alloc(20_000, 'no database'));

    const again = await scene.service({ config, stateDir });
    await until(
      () => again.lines.some((line) => /history: damaged .* put aside as .*, and made anew/.test(line)),
      20_000,
    );
    await until(() => historyOf(stateDir).minutes >= before - 1, 20_000);
    expect((await again.health()).sources).toHaveLength(1);
    await again.stop();
    expect(readdirSync(stateDir).filter((name) => /^history\.db\.corrupt-.*Z$/.test(name))).toHaveLength(1);
    const rebuilt = await scene.command(['history', 'rebuild'], { config, stateDir });
    expect(rebuilt.stdout).toBe('the history was made anew from 61 telegrams of the journal\n');
    const status = await scene.command(['history', 'status', '--json'], { config, stateDir });
    const { balances, state } = JSON.parse(status.stdout) as {
      balances: { unaccounted: number }[];
      state: { oldestId: number };
    };
    expect([status.code, balances.map(({ unaccounted }) => unaccounted)]).toEqual([0, [0, 0]]);
    expect(state.oldestId).toBeGreaterThan(before);
  },
);

test(
  'of a broken history what lies outside of the damage is kept, and all is accounted for, older than the journal or not',
  { timeout: 120_000 },
  async ({ scene }) => {
    const stateDir = await scene.folder();
    const path = join(stateDir, 'history.db');
    const telegrams = tenSeconds(0, 4 * 3_600);
    scene.hide(telegrams[0]!);
    writeFileSync(join(stateDir, 'capture.bin'), Buffer.concat(telegrams.slice(0, -60)));
    const capture = { source: { name: 'home', type: 'file', path: join(stateDir, 'capture.bin') } };
    const first = await scene.service({ config: capture, stateDir, args: ['--until-delivered'] });
    await first.exited();
    const minutes = historyOf(stateDir).minutes;
    // The journal is new, and knows nothing of these telegrams.
    for (const name of readdirSync(stateDir)) if (name.startsWith('journal.')) rmSync(join(stateDir, name));
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(4_096, 'noise'), 0, 4_096, 2_048 * Math.floor(statSync(path).size / 4_096));
    closeSync(file);

    const http = { enabled: true, listen: '127.0.0.1:0', anonymous: ['usage'] };
    const service = await readBy(scene, stateDir, telegrams.slice(-60), { http });
    const url = await webUrl(service);
    // Nobody but who asks for all the minutes meets the damage.
    const all = async (): Promise<number> => (await askWeb(url, '/edge/v1/records?per_page=10000')).status;
    expect(await all()).toBe(503);
    await until(async () => (await all()) === 200, 20_000);
    await until(() => service.lines.some((line) => /history: made anew from all that/.test(line)), 30_000);
    expect(service.lines.filter((line) => /history: damaged .* \d+ minutes could be read/.test(line))).toHaveLength(1);
    await until(() => historyOf(stateDir).minutes > minutes - 40, 20_000);
    await service.stop();
    const reader = historyIn(stateDir);
    const { fromS, toS, registerImported, unaccounted } = reader.balance('home', 0, 4e9)!;
    reader.close();
    const [begin, end] = [telegrams[0]!, telegrams.at(-1)!].map((telegram) => registers(telegram).imported);
    expect([fromS, toS].map((atS) => atS - START.getTime() / 1_000)).toEqual([0, 4 * 3_600]);
    expect([registerImported, unaccounted]).toEqual([end! - begin!, 0]);
  },
);

test(
  'status and rebuild of a service that runs; none where it is not wanted',
  { timeout: 120_000 },
  async ({ scene }) => {
    const stateDir = await scene.folder();
    const source = { name: 'home', type: 'simulator', interval: '1ms', start: '2026-03-10T10:00:00Z' };
    const service = await scene.service({ config: { source }, stateDir });
    await until(() => readdirSync(stateDir).includes('history.db') && historyOf(stateDir).minutes >= 3, 30_000);
    const options = { config: { source }, stateDir };
    const rebuild = await scene.command(['history', 'rebuild'], options);
    expect(rebuild.stdout).toBe('the history is being made anew; the log of the service says when that is done\n');
    await until(
      () => service.lines.some((line) => line.includes('history: made anew from all that the journal keeps')),
      60_000,
    );
    const { code, stdout } = await scene.command(['history'], options);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^home +electricity +Wh +2026-03-10T.*Z .* 0$/m)]);
    await service.stop();

    const without = { config: { source, history: { enabled: false } }, stateDir: await scene.folder() };
    const plain = await scene.service(without);
    const { code: failed, stderr } = await scene.command(['history'], without);
    expect([failed, stderr]).toEqual([1, expect.stringContaining('history.enabled is false')]);
    await plain.stop();
  },
);

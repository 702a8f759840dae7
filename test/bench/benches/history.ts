import { statSync } from 'node:fs';
import { Database } from '../../../src/storage/database.ts';
import { Feed } from '../../../src/history/feed.ts';
import { HistoryReader } from '../../../src/history/read.ts';
import { Reader } from '../../../src/reading/reader.ts';
import type { Resolution } from '../../../src/history/answers.ts';
import type { Bench } from '../bench.ts';
import { DAYS, historyOfYear, YEAR_S } from '../history-year.ts';
import { telegrams } from '../house.ts';
import { byTurns, cpuMs, mb, ms, times } from '../statistics.ts';

const ROUNDS = 9;
const DAY_S = 86_400;
const MOST_BYTES = 150 * 2 ** 20;

export const historySize: Bench = {
  name: 'history-size',
  what: 'a year of readings each second, as history',
  bar: '<= 150 MB',
  run() {
    const { size } = statSync(historyOfYear());
    const minutes = DAYS * 1_440;
    return Promise.resolve({
      figure: mb(size),
      yardstick: `${mb(minutes * 300)} as JSON of the API`,
      ratio: times(size / (minutes * 300)),
      met: size <= MOST_BYTES,
      where: `${Math.round(size / minutes)} B a minute, with gas each five minutes, hours, days and months`,
    });
  },
};

export const historyDays = series('history-days', 'daily series of one month', 'days', 31, 20);
export const historyMonths = series('history-months', 'months of one year', 'months', DAYS, 50);

/** The yardstick is one pass of SQLite over the minutes that the answer stands for. */
function series(name: string, what: string, resolution: Resolution, days: number, mostMs: number): Bench {
  return {
    name,
    what,
    bar: `< ${mostMs} ms`,
    async run() {
      const path = historyOfYear();
      const reader = new HistoryReader(path);
      const db = new Database(path, { readonly: true });
      const toS = YEAR_S + DAYS * DAY_S;
      const fromS = toS - days * DAY_S;
      const ask = { fromS, toS, resolution, medium: 'electricity', split: 'tariff', mostBuckets: 50_000 } as const;
      const pass = db.prepare(
        'SELECT sum(imported), sum(seconds), max(power_max) FROM minute WHERE end_at > ? AND end_at <= ?',
      );
      const ours = () => elapsed(() => reader.usage(ask));
      const scan = () => elapsed(() => pass.get(fromS, toS));
      const [figure = NaN, yardstick = NaN] = await byTurns(ROUNDS, [ours, scan]);
      reader.close();
      db.close();
      return {
        figure: ms(figure),
        yardstick: `${ms(yardstick)} for one pass over its minutes`,
        ratio: times(figure / yardstick),
        met: figure < mostMs,
        where: 'by tariff, with coverage and powers',
      };
    },
  };
}

export const historyIngest: Bench = {
  name: 'history-ingest',
  what: 'a telegram into the history, in the main thread',
  bar: '< 1 ms, <= 6 x reading its values',
  async run() {
    const count = 3_600;
    const letters = [...telegrams(count)].map((raw, index) => ({
      seq: index + 1,
      telegram: { source: 'home', receivedAt: new Date(), checksum: 'valid' as const, raw },
    }));
    const options = { source: 'home', timeZone: 'Europe/Amsterdam', gasChannel: undefined };
    const fed = () => {
      const feed = new Feed(options, 0);
      return cpuMs(() => letters.forEach((letter) => feed.add(letter, 0)));
    };
    const read = () => {
      const reader = new Reader();
      return cpuMs(() => letters.forEach(({ telegram }) => reader.read(telegram)));
    };
    const [ours = NaN, theirs = NaN] = await byTurns(ROUNDS, [fed, read]);
    const each = (cpu: number): string => `${((1_000 * cpu) / count).toFixed(1)} µs`;
    return {
      figure: each(ours),
      yardstick: `${each(theirs)} to read its values`,
      ratio: times(ours / theirs),
      met: ours / count < 1 && ours / theirs <= 6,
      where: 'the thread gets one message a minute',
    };
  },
};

function elapsed(work: () => unknown): number {
  const begun = performance.now();
  work();
  return performance.now() - begun;
}

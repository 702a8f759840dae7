import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test as bare } from 'vitest';
import { simulateHouse } from '../../../src/simulator/house.ts';
import { startService, temporaryFolder, until, type Service } from '../../support/service.ts';
import { addKey, askWeb, bearer, HTTP, webUrl } from '../../support/web.ts';

/** A telegram every ten seconds from noon to noon over the night in which clocks go back: a day of 25 hours. */
const START = new Date('2025-10-25T10:00:00Z');
const SECONDS = 26 * 3_600 + 120;
const EVERY = 10;

interface Read {
  readonly ms: number;
  readonly imported: number;
  readonly exported: number;
  readonly tariffs: readonly number[];
}

/** What the telegrams say, found with nothing of the program: registers in Wh by the meter's stamp. */
function read(telegram: Buffer): Read {
  const text = telegram.toString('latin1');
  const wh = (obis: string): number => {
    const [, whole = '', rest = ''] = new RegExp(
      `\\n1-0:${obis.replaceAll('.', '\\.')}\\((\\d+)\\.(\\d{3})\\*kWh`,
    ).exec(text)!;
    return Number(whole + rest);
  };
  const [, year, month, day, hour, minute, second, letter] =
    /\n0-0:1\.0\.0\((\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)([SW])\)/.exec(text)!;
  const local = Date.UTC(
    2000 + Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  const tariffs = [wh('1.8.1'), wh('1.8.2')];
  return {
    ms: local - (letter === 'S' ? 7_200_000 : 3_600_000),
    imported: tariffs[0]! + tariffs[1]!,
    exported: wh('2.8.1') + wh('2.8.2'),
    tariffs,
  };
}

/** The newest reading at or before a moment. */
function at(readings: readonly Read[], ms: number): Read {
  return readings.findLast((one) => one.ms <= ms) ?? readings[0]!;
}

let service: Service;
let url: string;
let key: { headers: Record<string, string> };
let readings: Read[];

const ask = async (path: string): Promise<unknown> => (await askWeb(url, path, key)).json();

interface Point {
  readonly from: string;
  readonly to: string;
  readonly import: number;
  readonly export: number;
  readonly estimated: boolean;
}

beforeAll(async () => {
  const house = simulateHouse({ start: START, seed: 4, phases: 3 });
  const seconds = Array.from({ length: SECONDS + 6 }, () => house.next().value);
  const telegrams = seconds.filter((_, second) => second % EVERY === 0);
  readings = telegrams.map(read);
  // It begins another minute: the one before is over.
  telegrams.push(seconds.at(-1)!);
  const folder = await temporaryFolder();
  const capture = join(folder, 'capture.bin');
  writeFileSync(capture, Buffer.concat(telegrams));
  service = await startService({
    config: { source: { type: 'file', name: 'house', path: capture }, endpoints: [], http: HTTP },
  });
  url = await webUrl(service);
  key = bearer(addKey(service.stateDir, 'reader', ['usage:read']));
  const last = readings.at(-1)!.ms;
  await until(async () => {
    const { data = [] } = (await ask('/edge/v1/meters')) as { data?: { id: string; last_seen: string }[] };
    const house = data.find(({ id }) => id === 'house');
    return house !== undefined && Date.parse(house.last_seen) >= last;
  }, 60_000);
  return () => service.end();
}, 120_000);

describe('usage over the night in which clocks go back', () => {
  bare.each(['quarters', 'hours', 'days', 'weeks', 'months'])(
    'by %s is what the registers moved by, to the watt-hour',
    async (resolution) => {
      const { data } = (await ask(
        `/edge/v1/usage?from=2025-10-25T00:00:00Z&to=2025-10-27T00:00:00Z&resolution=${resolution}`,
      )) as {
        data: Point[];
      };
      expect(data.length).toBeGreaterThan(0);
      for (const point of data) {
        const [begin, end] = [at(readings, Date.parse(point.from)), at(readings, Date.parse(point.to))];
        expect(point).toMatchObject({ import: end.imported - begin.imported, export: end.exported - begin.exported });
      }
      const sum = data.reduce((total, point) => total + point.import, 0);
      expect(sum).toBe(readings.at(-1)!.imported - readings[0]!.imported);
    },
  );

  bare('has a day of 25 hours', async () => {
    const { data } = (await ask(
      '/edge/v1/usage?from=2025-10-25T12:00:00Z&to=2025-10-26T12:00:00Z&resolution=days',
    )) as {
      data: Point[];
    };
    expect(data.map(({ from }) => from)).toEqual(['2025-10-25T00:00:00+02:00', '2025-10-26T00:00:00+02:00']);
    const hours = (await ask('/edge/v1/usage?from=2025-10-25T22:00:00Z&to=2025-10-26T00:00:00Z&resolution=hours')) as {
      data: Point[];
    };
    expect(hours.data.map(({ from }) => from)).toEqual(['2025-10-26T00:00:00+02:00', '2025-10-26T01:00:00+02:00']);
  });

  bare('split by tariff adds up to the whole', async () => {
    const { series } = (await ask(
      '/edge/v1/usage?from=2025-10-25T00:00:00Z&to=2025-10-27T00:00:00Z&resolution=hours&split=tariff',
    )) as { series: { marker: { value: string }; data: Point[] }[] };
    expect(series.map(({ marker }) => marker.value)).toEqual(['1', '2']);
    for (const [index, { data }] of series.entries()) {
      const sum = data.reduce((total, point) => total + point.import, 0);
      expect(sum).toBe(readings.at(-1)!.tariffs[index]! - readings[0]!.tariffs[index]!);
    }
  });

  interface PointsPage {
    readonly nextPage: string | null;
    readonly prevPage: string | null;
    readonly data: Point[];
  }

  bare.each([
    ['/edge/v1/usage?from=2025-10-25T00:00:00Z&to=2025-10-27T00:00:00Z&resolution=hours&limit=7', 27],
    ['/edge/v1/usage?from=2025-10-25T00:00:00Z&to=2025-10-27T00:00:00Z&resolution=hours&limit=7&orderBy=desc', 27],
    ['/edge/v1/series/usage?start=2025-10-25&end=2025-10-27&limit=1', 2],
    ['/edge/v1/series/usage/meters/house?start=2025-10-25&end=2025-10-27&limit=1&orderBy=desc', 2],
  ])('%s comes in pages that add up to the whole', async (first, count) => {
    const all: Point[] = [];
    let [path, before]: [string | null, string | null] = [first, null];
    while (path !== null) {
      const page = (await ask(path)) as PointsPage;
      expect(page.data.length).toBeLessThanOrEqual(7);
      expect(page.prevPage === null).toBe(before === null);
      all.push(...page.data);
      [before, path] = [path, page.nextPage];
    }
    expect(all.length).toBe(count);
    const sum = all.reduce((total, point) => total + point.import, 0);
    expect(sum).toBe(readings.at(-1)!.imported - readings[0]!.imported);
  });

  bare('split by direction has as many points in a page, and a link to the next one as CSV', async () => {
    const path =
      '/edge/v1/usage?from=2025-10-25T00:00:00Z&to=2025-10-27T00:00:00Z&resolution=hours&split=direction&limit=10';
    const { series, nextPage } = (await ask(path)) as { series: { data: Point[] }[]; nextPage: string };
    expect(series.map(({ data }) => data.length)).toEqual([5, 5]);
    expect(new URLSearchParams(nextPage.split('?')[1]).get('offset')).toBe('5');
    const { headers, text } = await askWeb(url, `${path}&format=csv`, key);
    expect(text.trimEnd().split('\r\n')).toHaveLength(1 + 10);
    expect(headers['link']).toMatch(/offset=5.*>; rel="next"$/);
  });

  bare('is the same in a month, in its days and for each meter', async () => {
    const [month, byMeter, days] = (await Promise.all([
      ask('/edge/v1/aggregate/usage?date=2025-10-26'),
      ask('/edge/v1/aggregate/usage/meters?date=2025-10-26'),
      ask('/edge/v1/series/usage?start=2025-10-25T00:00:00Z&end=2025-10-27T00:00:00Z'),
    ])) as [{ data: { usage: Point }[] }, { data: { meter: { id: string }; usage: Point }[] }, { data: Point[] }];
    const whole = readings.at(-1)!.imported - readings[0]!.imported;
    expect(month.data.map(({ usage }) => usage.import)).toEqual([whole]);
    expect(byMeter.data.map(({ meter, usage }) => [meter.id, usage.import])).toEqual([['house', whole]]);
    expect(days.data.reduce((sum, day) => sum + day.import, 0)).toBe(whole);
  });

  bare('of a month is sorted by the column that is asked for, by total where none is, and downwards', async () => {
    interface Phase {
      readonly usage: Readonly<Record<string, number>>;
    }
    const month = '/edge/v1/aggregate/usage?date=2025-10-26&marker=phase';
    const inOrder = async (column: string, more: string): Promise<number[]> =>
      ((await ask(month + more)) as { data: Phase[] }).data.map(({ usage }) => usage[column]!);
    const down = (one: number, other: number): number => other - one;
    const nets = await inOrder('net', '');
    // A house with panels on one phase: the order by net is another one.
    expect(nets).not.toEqual(nets.toSorted(down));
    for (const [column, more] of [
      ['total', ''],
      ['net', '&orderByColumn=net'],
      ['export', '&orderByColumn=export'],
      ['import', '&orderByColumn=import&orderBy=desc'],
    ] as const) {
      const found = await inOrder(column, more);
      expect([column, found]).toEqual([column, found.toSorted(down)]);
    }
    const up = await inOrder('total', '&orderBy=asc');
    expect(up).toEqual(up.toSorted((one, other) => one - other));
  });

  bare('leaves no watt-hour unaccounted', async () => {
    const { balance } = (await ask('/edge/v1/gaps?from=2025-10-20&to=2025-10-30')) as {
      balance: { meter: string; unaccounted: number; registers: number }[];
    };
    expect(balance.map(({ meter, unaccounted }) => [meter, unaccounted])).toEqual(
      expect.arrayContaining([
        ['house', 0],
        ['house-gas', 0],
      ]),
    );
  });
});

describe('records', () => {
  interface Record {
    readonly id: number;
    readonly import_wh: number | null;
    readonly meter: string;
  }

  const fetchAll = async (startingId: number): Promise<Record[]> => {
    const all: Record[] = [];
    for (let page = 1; ; page++) {
      const rows = (await ask(`/edge/v1/records?starting_id=${startingId}&page=${page}&per_page=500`)) as Record[];
      if (rows.length === 0) return all;
      all.push(...rows);
    }
  };

  bare('are all there once, page by page until one is empty, and add up to the registers', async () => {
    const all = await fetchAll(0);
    const ids = all.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort((one, other) => one - other));
    const ofHouse = all.filter(({ meter }) => meter === 'house');
    const sum = ofHouse.reduce((total, { import_wh }) => total + import_wh!, 0);
    const lastRegister = (ofHouse.at(-1) as unknown as { import_register_wh: number }).import_register_wh;
    expect(sum).toBe(lastRegister - readings[0]!.imported);
  });

  bare('behind the last one are none, until there is a new one', async () => {
    const all = await fetchAll(0);
    expect(await fetchAll(all.at(-1)!.id + 1)).toEqual([]);
  });

  bare('of another agent are none', async () => {
    expect(await ask('/edge/v1/records?macaddress=02:00:00:00:be:ef')).toEqual([]);
  });
});

describe('what is asked wrongly', () => {
  bare.each([
    ['/edge/v1/usage?from=2025-10-25&to=2025-10-26&resolution=minutes&meter=nobody', 404, 'nobody'],
    ['/edge/v1/usage?from=2020-01-01&to=2030-01-01&resolution=minutes', 422, 'days'],
    ['/edge/v1/usage?from=2025-10-26&to=2025-10-25&resolution=hours', 400, 'behind from'],
    ['/edge/v1/usage?from=2025-10-25&to=2025-10-26&resolution=hours&tz=Mars/Base', 400, 'Mars/Base'],
    ['/edge/v1/series/usage?start=2025-10-25&end=2025-10-26&marker=tariff', 400, 'markerValue: missing, expected both'],
    ['/edge/v1/meters/nobody', 404, 'house'],
  ])('%s is refused with %i', async (path, status, says) => {
    const answer = await askWeb(url, path, key);
    expect(answer.status).toBe(status);
    expect((answer.json() as { detail: string }).detail).toMatch(new RegExp(says));
  });
});

import { beforeAll, describe, expect, test } from 'vitest';
import { simulateHouse } from '../../../src/simulator/house.ts';
import { startService, until, type Service } from '../../support/service.ts';
import { addKey, askWeb, HTTP, webUrl } from '../../support/web.ts';

/**
 * Two meters on the simulator, as fast as it goes: one over the night in which clocks go forward, one over that in which they go
 * back. What the telegrams say is summed up here by hand, with nothing of the program; every API must say the same.
 */

const DAYS = 5;
const COUNT = DAYS * 1_440;
/** The simulator's own settings; a telegram a minute, never on its beginning. */
const HOUSES = {
  spring: { seed: 11, start: '2025-03-27T22:57:17Z' },
  autumn: { seed: 12, start: '2025-10-23T21:57:17Z' },
} as const;
type Name = keyof typeof HOUSES;
const NAMES: readonly Name[] = ['spring', 'autumn'];

/** Registers in Wh of both tariffs at a second. */
interface Read {
  readonly atS: number;
  readonly imported: readonly [number, number];
  readonly exported: readonly [number, number];
}

function readAll(name: Name): Read[] {
  const { seed, start } = HOUSES[name];
  const house = simulateHouse({ start: new Date(start), seed, phases: 3, stepS: 60 });
  return Array.from({ length: COUNT }, (_, index) => {
    const text = house.next().value.toString('latin1');
    const wh = (obis: string): number => {
      const [, whole = '', rest = ''] = new RegExp(`\\n1-0:${obis}\\((\\d{6})\\.(\\d{3})\\*kWh\\)`).exec(text)!;
      return Number(whole + rest);
    };
    return {
      atS: Date.parse(start) / 1_000 + 60 * index,
      imported: [wh('1\\.8\\.1'), wh('1\\.8\\.2')],
      exported: [wh('2\\.8\\.1'), wh('2\\.8\\.2')],
    };
  });
}

// The last minute is not over: no API knows of it yet.
const readings: Readonly<Record<Name, readonly Read[]>> = {
  spring: readAll('spring').slice(0, -1),
  autumn: readAll('autumn').slice(0, -1),
};

type Direction = 'imported' | 'exported';

/** The newest reading at or before a second; before the first one that is it. */
function registerAt(name: Name, atS: number): Read {
  const [first] = readings[name];
  const place = Math.floor((atS - first!.atS) / 60);
  return readings[name][Math.max(0, Math.min(place, readings[name].length - 1))]!;
}

function moved(name: Name, direction: Direction, fromS: number, toS: number, tariff?: 0 | 1): number {
  const [begin, end] = [registerAt(name, fromS)[direction], registerAt(name, toS)[direction]];
  const by = (one: 0 | 1): number => end[one] - begin[one];
  return tariff === undefined ? by(0) + by(1) : by(tariff);
}

const ofAll = (direction: Direction, fromS: number, toS: number): number =>
  NAMES.reduce((sum, name) => sum + moved(name, direction, fromS, toS), 0);

const seconds = (text: string): number => Date.parse(text) / 1_000;
const EVER = [0, 4e9] as const;
const PERIODS: Readonly<Record<Name, string>> = {
  spring: 'from=2025-03-27T22:00:00Z&to=2025-04-03T00:00:00Z',
  autumn: 'from=2025-10-23T21:00:00Z&to=2025-10-29T00:00:00Z',
};

let service: Service;
let url: string;
let headers: Record<string, string>;

async function ask<T>(path: string): Promise<T> {
  const answer = await askWeb(url, path, { headers });
  expect(answer.status, answer.text.slice(0, 300)).toBe(200);
  return answer.json() as T;
}

interface Amounts {
  readonly import: number;
  readonly export: number;
}
interface Point extends Amounts {
  readonly from: string;
  readonly to: string;
}

beforeAll(async () => {
  const simulator = { type: 'simulator', interval: '0s', step: '60s', telegrams: COUNT };
  service = await startService({
    config: {
      sources: NAMES.map((name) => ({ name, ...simulator, ...HOUSES[name] })),
      endpoints: [],
      http: HTTP,
      compat: { dsmrReader: { enabled: true, source: 'autumn' } },
    },
  });
  url = await webUrl(service);
  headers = { 'x-authkey': addKey(service.stateDir, 'reader', ['usage:read']) };
  await until(async () => {
    const { data = [] } = (await askWeb(url, '/edge/v1/meters', { headers })).json() as {
      data?: { id: Name; last_seen: string }[];
    };
    const isRead = (name: Name): boolean =>
      data.some(({ id, last_seen }) => id === name && seconds(last_seen) >= readings[name].at(-1)!.atS);
    return NAMES.every(isRead);
  }, 90_000);
  return () => service.end();
}, 120_000);

describe.each(NAMES)('the meter of %s', (name) => {
  test.each(['minutes', 'quarters', 'hours', 'days', 'weeks', 'months'])('used by %s what it printed', async (by) => {
    let page: string | null = `/edge/v1/usage?${PERIODS[name]}&resolution=${by}&meter=${name}`;
    const points: Point[] = [];
    while (page !== null) {
      const { data, nextPage }: { data: Point[]; nextPage: string | null } = await ask(page);
      points.push(...data);
      page = nextPage;
    }
    const expected = points.map(({ from, to }) => ({
      import: moved(name, 'imported', seconds(from), seconds(to)),
      export: moved(name, 'exported', seconds(from), seconds(to)),
    }));
    expect(points).toMatchObject(expected);
    expect(points.reduce((sum, point) => sum + point.import, 0)).toBe(moved(name, 'imported', ...EVER));
    expect(points.reduce((sum, point) => sum + point.export, 0)).toBe(moved(name, 'exported', ...EVER));
  });

  test('used in each tariff what it printed', async () => {
    const { series } = await ask<{ series: { marker: { value: string }; data: Point[] }[] }>(
      `/edge/v1/usage?${PERIODS[name]}&resolution=days&meter=${name}&split=tariff`,
    );
    expect(series.map(({ marker }) => marker.value)).toEqual(['1', '2']);
    for (const [tariff, { data }] of series.entries())
      expect(data).toMatchObject(
        data.map(({ from, to }) => ({
          import: moved(name, 'imported', seconds(from), seconds(to), tariff as 0 | 1),
          export: moved(name, 'exported', seconds(from), seconds(to), tariff as 0 | 1),
        })),
      );
  });

  test('used each day what the series says', async () => {
    const [from, to] = PERIODS[name].replace('from=', '').split('&to=');
    const { data } = await ask<{ data: (Amounts & { day: string })[] }>(
      `/edge/v1/series/usage/meters/${name}?start=${from}&end=${to}`,
    );
    const begins = data.map(({ day }) => seconds(day));
    expect(data).toMatchObject(
      begins.map((fromS, index) => ({ import: moved(name, 'imported', fromS, begins[index + 1] ?? 4e9) })),
    );
    expect(data.reduce((sum, day) => sum + day.export, 0)).toBe(moved(name, 'exported', ...EVER));
  });

  test('has records that add up to its registers', async () => {
    const records: { import_wh: number; export_wh: number; import_register_wh: number }[] = [];
    for (let page = 1; ; page++) {
      const some = await ask<typeof records>(`/edge/v1/records?meter=${name}&page=${page}&per_page=5000`);
      if (some.length === 0) break;
      records.push(...some);
    }
    expect(records.reduce((sum, record) => sum + record.import_wh, 0)).toBe(moved(name, 'imported', ...EVER));
    expect(records.reduce((sum, record) => sum + record.export_wh, 0)).toBe(moved(name, 'exported', ...EVER));
    const [one, two] = readings[name].at(-1)!.imported;
    expect(records.at(-1)!.import_register_wh).toBe(one + two);
  });

  test('has no energy that stands nowhere', async () => {
    const { balance } = await ask<{ balance: { meter: string; registers: number; unaccounted: number }[] }>(
      `/edge/v1/gaps?${PERIODS[name]}&meter=${name}`,
    );
    expect(balance).toMatchObject([
      { meter: name, registers: moved(name, 'imported', ...EVER) - moved(name, 'exported', ...EVER), unaccounted: 0 },
    ]);
  });
});

describe('both meters together', () => {
  test.each([
    ['2025-03-15', '2025-02-28T23:00:00Z', '2025-03-31T22:00:00Z'],
    ['2025-04-15', '2025-03-31T22:00:00Z', '2025-04-30T22:00:00Z'],
    ['2025-10-15', '2025-09-30T22:00:00Z', '2025-10-31T23:00:00Z'],
  ])('used in the month of %s what they printed', async (date, from, to) => {
    const period = [seconds(from), seconds(to)] as const;
    const { data } = await ask<{ data: { usage: Amounts }[] }>(`/edge/v1/aggregate/usage?date=${date}`);
    expect(data.map(({ usage }) => usage)).toMatchObject([
      { import: ofAll('imported', ...period), export: ofAll('exported', ...period) },
    ]);
    const each = await ask<{ data: { meter: { id: Name }; usage: Amounts }[] }>(
      `/edge/v1/aggregate/usage/meters?date=${date}`,
    );
    for (const { meter, usage } of each.data) expect(usage.import).toBe(moved(meter.id, 'imported', ...period));
    expect(each.data.reduce((sum, { usage }) => sum + usage.export, 0)).toBe(ofAll('exported', ...period));
    const byTariff = await ask<{ data: { marker: { value: string }; usage: Amounts }[] }>(
      `/edge/v1/aggregate/usage?date=${date}&marker=tariff`,
    );
    for (const { marker, usage } of byTariff.data) {
      const tariff = (Number(marker.value) - 1) as 0 | 1;
      expect(usage.import).toBe(NAMES.reduce((sum, name) => sum + moved(name, 'imported', ...period, tariff), 0));
    }
  });

  test('used by months of the year what they printed', async () => {
    const { data } = await ask<{ data: Point[] }>(
      '/edge/v1/usage?from=2025-01-01T00:00:00Z&to=2025-12-31T00:00:00Z&resolution=months',
    );
    expect(data.length).toBeGreaterThanOrEqual(8);
    expect(data).toMatchObject(
      data.map(({ from, to }) => ({
        import: ofAll('imported', seconds(from), seconds(to)),
        export: ofAll('exported', seconds(from), seconds(to)),
      })),
    );
  });
});

describe('to a client of a DSMR-reader', () => {
  interface Row {
    readonly electricity1: string;
    readonly electricity2: string;
    readonly electricity1_returned: string;
    readonly electricity2_returned: string;
  }
  const kWh = (wh: number): string => (wh / 1_000).toFixed(3);
  const amounts = (fromS: number, toS: number): Row => ({
    electricity1: kWh(moved('autumn', 'imported', fromS, toS, 0)),
    electricity2: kWh(moved('autumn', 'imported', fromS, toS, 1)),
    electricity1_returned: kWh(moved('autumn', 'exported', fromS, toS, 0)),
    electricity2_returned: kWh(moved('autumn', 'exported', fromS, toS, 1)),
  });

  test('each hour says what the meter printed', async () => {
    const { results } = await ask<{ results: (Row & { hour_start: string })[] }>(
      '/api/v2/statistics/hour?limit=200&ordering=hour_start',
    );
    expect(results.length).toBeGreaterThanOrEqual(120);
    expect(results).toMatchObject(
      results.map(({ hour_start }) => amounts(seconds(hour_start), seconds(hour_start) + 3_600)),
    );
  });

  test('each day does, also the one of 25 hours', async () => {
    const { results } = await ask<{ results: (Row & { day: string })[] }>(
      '/api/v2/statistics/day?limit=100&ordering=day',
    );
    const begins = [
      ['2025-10-23', '2025-10-22T22:00:00Z'],
      ['2025-10-24', '2025-10-23T22:00:00Z'],
      ['2025-10-25', '2025-10-24T22:00:00Z'],
      ['2025-10-26', '2025-10-25T22:00:00Z'],
      ['2025-10-27', '2025-10-26T23:00:00Z'],
      ['2025-10-28', '2025-10-27T23:00:00Z'],
      ['2025-10-29', '2025-10-28T23:00:00Z'],
    ] as const;
    const days = begins.slice(0, -1).map(([day, from], index) => ({
      day,
      ...amounts(seconds(from), seconds(begins[index + 1]![1])),
    }));
    expect(results).toMatchObject(days);
  });
});

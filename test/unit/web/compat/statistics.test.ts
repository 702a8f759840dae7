import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { MeterPlace } from '../../../../src/history/sample.ts';
import type { Parts } from '../../../../src/web/compat/dsmr-reader/request.ts';
import { answer } from '../../../../src/web/compat/dsmr-reader/routes.ts';
import { HistoryScene, sample } from '../../../support/history.ts';

const GAS: MeterPlace = { id: 'home-gas', source: 'home', medium: 'gas', unit: 'dm3', channel: undefined };

/** Local times of the Netherlands: the 24th of October 2026 has 24 hours, the 25th has 25, for clocks are set back. */
const at = (local: string): number => Date.parse(local) / 1_000;
/** Import and export of both tariffs, in Wh. */
const READ: readonly (readonly [local: string, number, number, number, number])[] = [
  ['2026-10-24T00:00:00+02:00', 100_000, 200_000, 0, 10_000],
  ['2026-10-24T06:00:00+02:00', 101_000, 200_000, 0, 10_000],
  ['2026-10-24T12:00:00+02:00', 101_000, 203_500, 0, 11_000],
  ['2026-10-25T00:00:00+02:00', 102_250, 203_500, 0, 11_000],
  ['2026-10-25T01:00:00+02:00', 102_500, 203_500, 0, 11_000],
  ['2026-10-25T02:00:00+02:00', 102_600, 203_500, 0, 11_000],
  ['2026-10-25T02:00:00+01:00', 102_700, 203_500, 0, 11_000],
  ['2026-10-25T03:00:00+01:00', 102_800, 203_500, 0, 11_000],
  ['2026-10-26T00:00:00+01:00', 105_000, 203_500, 0, 11_000],
  ['2026-10-26T08:00:00+01:00', 105_716, 206_903, 5, 11_000],
];
const GAS_READ: readonly (readonly [local: string, number])[] = [
  ['2026-10-24T00:00:00+02:00', 50_000],
  ['2026-10-25T00:00:00+02:00', 51_000],
  ['2026-10-26T00:00:00+01:00', 53_047],
  ['2026-10-26T08:00:00+01:00', 53_300],
];

let scene: HistoryScene;
let nowMs: number;
let prices: Parts['prices'] = [];

beforeAll(() => {
  scene = new HistoryScene();
  scene.write(
    READ.map(([local, import1, import2, export1, export2]) =>
      sample(at(local), { import1, import2, export1, export2 }),
    ),
  );
  scene.write(
    GAS_READ.map(([local, dm3]) => sample(at(local), { import: dm3 })),
    GAS,
  );
});
afterAll(() => scene.end());
afterEach(() => {
  prices = [];
});

const office = {} as Parts['office'];

async function get(path: string): Promise<{ status: number; body: unknown }> {
  const parts: Parts = {
    takesPosts: true,
    isAllowed: () => true,
    office,
    history: (question) => question(scene.reader),
    source: { name: 'home', timeZone: 'Europe/Amsterdam' },
    prices,
    now: () => new Date(nowMs),
  };
  const url = new URL(`http://pi:8011/api/v2/${path}`);
  const { status, body } = await answer(
    { method: 'GET', url, headers: {}, body: async () => Promise.resolve(Buffer.alloc(0)) },
    parts,
  );
  return { status, body: JSON.parse(body) as unknown };
}

const noon = (): void => {
  nowMs = Date.parse('2026-10-26T12:00:00+01:00');
};

describe('statistics/day', () => {
  test('has the days that are over, each from its first midnight to the next, with texts of three decimals', async () => {
    noon();
    expect(await get('statistics/day')).toEqual({
      status: 200,
      body: {
        count: 2,
        next: null,
        previous: null,
        results: [
          day('2026-10-24', 20_750, ['2.250', '3.500', '0.000', '1.000'], '1.000'),
          day('2026-10-25', 20_751, ['2.750', '0.000', '0.000', '0.000'], '2.047'),
        ],
      },
    });
  });

  function day(name: string, id: number, [one, two, back1, back2]: string[], gas: string): Record<string, unknown> {
    return {
      id,
      day: name,
      total_cost: '0.00',
      electricity1: one,
      electricity2: two,
      electricity1_returned: back1,
      electricity2_returned: back2,
      electricity1_cost: '0.00',
      electricity2_cost: '0.00',
      gas,
      gas_cost: '0.00',
      lowest_temperature: null,
      highest_temperature: null,
      average_temperature: null,
      fixed_cost: '0.00',
      electricity_reading_timestamp: null,
      electricity1_reading: null,
      electricity2_reading: null,
      electricity1_returned_reading: null,
      electricity2_returned_reading: null,
      gas_reading_timestamp: null,
      gas_reading: null,
    };
  }

  test.each([
    ['ordering=-day', ['2026-10-25', '2026-10-24'], null, null],
    ['day__gte=2026-10-25', ['2026-10-25'], null, null],
    ['day__lte=2026-10-24', ['2026-10-24'], null, null],
    ['day__gte=2026-10-26', [], null, null],
    ['limit=1', ['2026-10-24'], 'http://pi:8011/api/v2/statistics/day?limit=1&offset=1', null],
    [
      'offset=1&limit=1&day__gte=2026-10-01',
      ['2026-10-25'],
      null,
      'http://pi:8011/api/v2/statistics/day?day__gte=2026-10-01&limit=1',
    ],
  ])('with %s', async (query, days, next, previous) => {
    noon();
    const { body } = await get(`statistics/day?${query}`);
    const { results, ...links } = body as { results: { day: string }[]; next: unknown; previous: unknown };
    expect(results.map((one) => one.day)).toEqual(days);
    expect([links.next, links.previous]).toEqual([next, previous]);
  });

  test('says what is no day', async () => {
    noon();
    expect(await get('statistics/day?day__gte=2026-02-30&day__lte=x')).toEqual({
      status: 400,
      body: { day__gte: ['Enter a valid date.'], day__lte: ['Enter a valid date.'] },
    });
  });
});

describe('statistics/hour', () => {
  const hours = async (query: string): Promise<Record<string, unknown>[]> =>
    ((await get(`statistics/hour?${query}`)).body as { results: Record<string, unknown>[] }).results;

  test('has the hour that comes twice as two, and adds up to the day', async () => {
    noon();
    const results = await hours(
      'hour_start__gte=2026-10-25T00:00:00%2B02:00&hour_start__lte=2026-10-25T23:00:00%2B01:00',
    );
    expect(results).toHaveLength(25);
    expect(results.slice(0, 4).map(({ hour_start, electricity1 }) => [hour_start, electricity1])).toEqual([
      ['2026-10-24T22:00:00Z', '0.250'],
      ['2026-10-24T23:00:00Z', '0.100'],
      ['2026-10-25T00:00:00Z', '0.100'],
      ['2026-10-25T01:00:00Z', '0.100'],
    ]);
    const watts = results.map(({ electricity1 }) => Math.round(1_000 * Number(electricity1)));
    expect(watts.reduce((sum, one) => sum + one, 0)).toBe(2_750);
  });

  test('has an hour as soon as it is over, in the form of the server', async () => {
    nowMs = Date.parse('2026-10-25T01:59:59+02:00');
    expect(await hours('hour_start__gte=2026-10-25%2000:00')).toEqual([
      {
        id: Date.parse('2026-10-24T22:00:00Z') / 3_600_000,
        hour_start: '2026-10-24T22:00:00Z',
        electricity1: '0.250',
        electricity2: '0.000',
        electricity1_returned: '0.000',
        electricity2_returned: '0.000',
        gas: expect.stringMatching(/^\d\.\d{3}$/) as string,
      },
    ]);
  });
});

describe('consumption/today', () => {
  test('has the amounts of the day that is not over, as numbers', async () => {
    noon();
    expect(await get('consumption/today')).toEqual({
      status: 200,
      body: {
        day: '2026-10-26',
        electricity1: 0.716,
        electricity1_cost: 0,
        electricity1_returned: 0.005,
        electricity2: 3.403,
        electricity2_cost: 0,
        electricity2_returned: 0,
        electricity_merged: 4.119,
        electricity_returned_merged: 0.005,
        gas: 0.253,
        gas_cost: 0,
        fixed_cost: 0,
        total_cost: 0,
        energy_supplier_price_electricity_delivered_1: 0,
        energy_supplier_price_electricity_delivered_2: 0,
        energy_supplier_price_electricity_returned_1: 0,
        energy_supplier_price_electricity_returned_2: 0,
        energy_supplier_price_gas: 0,
        energy_supplier_price_fixed_daily_cost: 0,
      },
    });
  });

  test('says in a text that there is nothing of it', async () => {
    nowMs = Date.parse('2026-11-02T12:00:00+01:00');
    expect(await get('consumption/today')).toEqual({
      status: 200,
      body: 'No electricity readings found for: 2026-11-02',
    });
  });
});

describe('costs', () => {
  const OLD = {
    electricity1: '0.20',
    electricity2: '0.25',
    returned1: '0.05',
    returned2: '0.075',
    gas: '1.2',
    fixedDaily: '0.335',
  };
  const NEW = { ...OLD, electricity1: '0.2145', returned1: '0', fixedDaily: '-0.004999' };
  const costs = (row: unknown): unknown[] =>
    ['electricity1_cost', 'electricity2_cost', 'gas_cost', 'fixed_cost', 'total_cost'].map(
      (name) => (row as Record<string, unknown>)[name],
    );

  test('are those of the day, what was returned taken off, each rounded to cents, the total of them and of what a day costs', async () => {
    noon();
    prices = [
      { from: undefined, ...OLD },
      { from: '2026-10-25', ...NEW },
    ];
    const { body } = await get('statistics/day');
    const [saturday, sunday] = (body as { results: unknown[] }).results;
    // 2.250 at 0.20; 3.500 at 0.25 less 1.000 at 0.075 is 0.8; 1.000 m3; 0.335 is a half, and 2.45 + 0.335 another.
    expect(costs(saturday)).toEqual(['0.45', '0.80', '1.20', '0.34', '2.79']);
    // 2.750 at 0.2145 is 0.589875; 2.047 at 1.2 is 2.4564; 3.05 - 0.004999 is more than a half.
    expect(costs(sunday)).toEqual(['0.59', '0.00', '2.46', '0.00', '3.05']);
  });

  test('of today are numbers, with the prices that hold', async () => {
    noon();
    prices = [{ from: '2026-10-26', ...OLD }];
    const { body } = await get('consumption/today');
    // 0.716 at 0.20 less 0.005 at 0.05 is 0.14295; 3.403 at 0.25 is 0.85075; 0.253 at 1.2 is 0.3036.
    expect(costs(body)).toEqual([0.14, 0.85, 0.3, 0.34, 1.63]);
    expect(body).toMatchObject({
      energy_supplier_price_electricity_delivered_1: 0.2,
      energy_supplier_price_electricity_returned_2: 0.075,
      energy_supplier_price_fixed_daily_cost: 0.335,
    });
  });

  test('below zero are rounded away from it', async () => {
    nowMs = Date.parse('2026-10-25T12:00:00+01:00');
    prices = [{ from: undefined, ...OLD, electricity2: '0', returned2: '0.1250', gas: '0', fixedDaily: '0' }];
    const { body } = await get('statistics/day?day__lte=2026-10-24');
    // 2.250 at 0.20; 1.000 back at 0.125.
    expect(costs((body as { results: unknown[] }).results[0])).toEqual(['0.45', '-0.13', '0.00', '0.00', '0.32']);
  });

  test('are 0 on days before the first prices', async () => {
    noon();
    prices = [{ from: '2026-10-25', ...OLD }];
    const { body } = await get('statistics/day?day__lte=2026-10-24');
    expect(costs((body as { results: unknown[] }).results[0])).toEqual(['0.00', '0.00', '0.00', '0.00', '0.00']);
  });
});

import { describe, expect, test } from 'vitest';
import { thin, type ThinRow } from '../../../src/journal/thin.ts';

const TEN_SECONDS = 10_000;
/** Noon in winter: `W` is an hour ahead of UTC. */
const NOON = Date.parse('2026-01-05T11:00:00Z');

interface Print {
  /** Seconds after noon, by the meter. */
  readonly second: number;
  readonly tariff?: string;
  readonly gas?: string;
  readonly stamp?: string;
}

function telegram({ second, tariff = '0002', gas, stamp = stampOf(second) }: Print): Buffer {
  const lines = [
    '/KFM5KAIFA-METER',
    '',
    ...(stamp === '' ? [] : [`0-0:1.0.0(${stamp})`]),
    `1-0:1.8.1(${String(1_000 + second).padStart(10, '0')}*kWh)`,
    `0-0:96.14.0(${tariff})`,
    ...(gas === undefined ? [] : [gas]),
    '!0000',
    '',
  ];
  return Buffer.from(lines.join('\r\n'));
}

function stampOf(second: number): string {
  const local = new Date(NOON + 3_600_000 + second * 1_000).toISOString();
  return `${local.replaceAll(/\D/g, '').slice(2, 14)}W`;
}

const row = (print: Print, at = NOON + print.second * 1_000): ThinRow => ({
  seq: print.second,
  source: 1,
  at,
  raw: telegram(print),
});

const seconds = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);
const kept = (rows: readonly ThinRow[], before?: ThinRow, intervalMs = TEN_SECONDS): number[] => {
  const gone = new Set(thin(rows, before, intervalMs));
  return rows.filter((each) => !gone.has(each)).map(({ seq }) => seq);
};

describe('of a backlog of one telegram a second, thinned to one in ten', () => {
  test('the first of each ten, and the last of each minute, are kept', () => {
    expect(kept(seconds(0, 130).map((second) => row({ second })))).toEqual([
      0, 10, 20, 30, 40, 50, 59, 60, 70, 80, 90, 100, 110, 119, 120, 130,
    ]);
  });

  test('a telegram at which the tariff differs is kept', () => {
    const rows = seconds(0, 19).map((second) => row({ second, tariff: second < 13 ? '0001' : '0002' }));
    expect(kept(rows)).toEqual([0, 10, 13, 19]);
  });

  test.each([
    ['its value', (n: number) => `0-1:24.2.1(260105110000W)(0012.${n}*m3)`],
    ['its stamp', (n: number) => `0-1:24.2.1(26010511${n}000W)(0012.345*m3)`],
    ['its value, not converted', (n: number) => `0-2:24.2.3(260105110000W)(0012.${n}*m3)`],
    [
      'its value, printed on a line of its own',
      (n: number) => `0-1:24.3.0(260105110000)(00)(60)(1)(0-1:24.2.1)(m3)\r\n(0012.${n})`,
    ],
  ])('a telegram at which gas differs in %s is kept', (_what, gas) => {
    const rows = seconds(0, 19).map((second) => row({ second, gas: gas(second < 14 ? 345 : 346) }));
    expect(kept(rows)).toEqual([0, 10, 14, 19]);
  });

  test('a telegram that is damaged is kept, and the one behind it, which may differ', () => {
    const rows = seconds(0, 9).map((second) =>
      second === 4 ? { ...row({ second }), raw: undefined } : row({ second }),
    );
    expect(kept(rows)).toEqual([0, 4, 5, 9]);
  });

  test('those without a clock go by when they were received', () => {
    const rows = seconds(0, 25).map((second) => row({ second, stamp: '' }));
    expect(kept(rows)).toEqual([0, 10, 20, 25]);
  });

  test('those of a clock that stands still do too', () => {
    const rows = seconds(0, 65).map((second) => row({ second, stamp: '251231235959W' }));
    // The first of all has that stamp in its own right.
    expect(kept(rows)).toEqual([0, 1, 10, 20, 30, 40, 50, 59, 60, 65]);
  });

  test('those of a void clock do too', () => {
    const rows = seconds(0, 25).map((second) => row({ second, stamp: '000101000000W' }));
    expect(kept(rows)).toEqual([0, 10, 20, 25]);
  });

  test('a clock that is set back an hour is followed from the telegram behind the step on', () => {
    const rows = seconds(0, 39).map((second) => row({ second, stamp: stampOf(second < 15 ? second : second - 3_600) }));
    expect(kept(rows)).toEqual([0, 10, 15, 16, 20, 30, 39]);
  });

  test('what was kept before it is the letter before it', () => {
    const rows = seconds(5, 12).map((second) => row({ second }));
    expect(kept(rows, row({ second: 4 }))).toEqual([10, 12]);
    expect(kept(rows, row({ second: 4, tariff: '0001' }))).toEqual([5, 10, 12]);
    expect(kept(rows, row({ second: -1 }))).toEqual([5, 10, 12]);
  });
});

test('telegrams every ten seconds are all kept', () => {
  expect(kept([0, 10, 20, 30, 40].map((second) => row({ second })))).toEqual([0, 10, 20, 30, 40]);
});

test('an interval of an hour still keeps the first and last of each minute', () => {
  expect(
    kept(
      seconds(0, 130).map((second) => row({ second })),
      undefined,
      3_600_000,
    ),
  ).toEqual([0, 59, 60, 119, 120, 130]);
});

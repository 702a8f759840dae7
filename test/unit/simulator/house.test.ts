import { describe, expect, test } from 'vitest';
import { simulateHouse } from '../../../src/simulator/house.ts';
import { naiveCrc16, printCrc } from '../../support/telegrams.ts';

const HOUR = 3_600;

test('a telegram has the objects of the DSMR 5.0.2 example, in its order', () => {
  const [telegram = ''] = telegrams('2025-01-15T12:00:00+01:00', 1);
  const references = [...telegram.matchAll(/^(\d-\d:[\d.]+)\(/gm)].map(([, reference]) => reference);
  // Source: DSMR P1 Companion Standard 5.0.2, §6.13.
  expect(references).toEqual(
    `1-3:0.2.8 0-0:1.0.0 0-0:96.1.1 1-0:1.8.1 1-0:1.8.2 1-0:2.8.1 1-0:2.8.2 0-0:96.14.0 1-0:1.7.0 1-0:2.7.0
     0-0:96.7.21 0-0:96.7.9 1-0:99.97.0 1-0:32.32.0 1-0:52.32.0 1-0:72.32.0 1-0:32.36.0 1-0:52.36.0 1-0:72.36.0
     0-0:96.13.0 1-0:32.7.0 1-0:52.7.0 1-0:72.7.0 1-0:31.7.0 1-0:51.7.0 1-0:71.7.0 1-0:21.7.0 1-0:41.7.0 1-0:61.7.0
     1-0:22.7.0 1-0:42.7.0 1-0:62.7.0 0-1:24.1.0 0-1:96.1.0 0-1:24.2.1`.split(/\s+/),
  );
});

test('a single-phase meter leaves L2 and L3 out', () => {
  const [telegram = ''] = telegrams('2025-01-15T12:00:00+01:00', 1, { phases: 1 });
  expect(telegram).toContain('1-0:21.7.0(');
  expect(telegram).not.toMatch(/1-0:[4567]\d\.7\.0|1-0:[57]2\.3[26]\.0/);
});

test('every printed CRC16 fits its telegram', () => {
  for (const telegram of telegrams('2025-06-15T12:00:00+02:00', 500)) {
    const [, covered = '', printed] = /^(\/.*!)([0-9A-F]{4})\r\n$/s.exec(telegram) ?? [];
    expect(printCrc(naiveCrc16(Buffer.from(covered, 'latin1')))).toBe(printed);
  }
});

test('the registers hold every second of power exactly', () => {
  const all = telegrams('2025-06-15T05:00:00+02:00', 6 * HOUR + 1);
  const first = read(all[0] ?? '');
  let deliveredWs = 0;
  let returnedWs = 0;
  for (const telegram of all.slice(1)) {
    const now = read(telegram);
    deliveredWs += now.deliveredW;
    returnedWs += now.returnedW;
    // The fractions of a Wh before the first telegram are not printed: two registers, so less than 2 Wh.
    expect(Math.abs(now.deliveredWh - first.deliveredWh - deliveredWs / HOUR)).toBeLessThan(2);
    expect(Math.abs(now.returnedWh - first.returnedWh - returnedWs / HOUR)).toBeLessThan(2);
    expect(Math.min(now.deliveredW, now.returnedW)).toBe(0);
  }
  expect(deliveredWs).toBeGreaterThan(0);
  expect(returnedWs).toBeGreaterThan(0);
});

test('the phases add up to the total', () => {
  for (const telegram of telegrams('2025-06-15T13:00:00+02:00', 2 * HOUR)) {
    const { phasesW, deliveredW, returnedW } = read(telegram);
    expect(phasesW).toBe(deliveredW - returnedW);
  }
});

describe('over a day in June', () => {
  const day = telegrams('2025-06-16T00:00:00+02:00', 24 * HOUR).map(read);

  test('no register ever falls, and only that of the tariff in force grows', () => {
    day.slice(1).forEach((now, index) => {
      const before = day[index] ?? now;
      const other = now.tariff === '1' ? '2' : '1';
      expect(now.registers[now.tariff].every((wh, at) => wh >= (before.registers[now.tariff][at] ?? 0))).toBe(true);
      expect(now.registers[other]).toEqual(before.registers[other]);
      expect(now.gasDm3).toBeGreaterThanOrEqual(before.gasDm3);
    });
  });

  test('the tariff is low until 7 and from 23 o’clock on a Monday', () => {
    const switches = day.filter((now, index) => now.tariff !== day[index - 1]?.tariff);
    expect(switches.map(({ stamp, tariff }) => [stamp, tariff])).toEqual([
      ['250616000000S', '1'],
      ['250616070000S', '2'],
      ['250616230000S', '1'],
    ]);
  });

  test('gas is read every five minutes, with the stamp of that moment', () => {
    const changes = day.filter((now, index) => now.gasStamp !== day[index - 1]?.gasStamp);
    expect(changes).toHaveLength(288);
    expect(changes.every(({ stamp, gasStamp }) => stamp === gasStamp && /[05]00S$/.test(stamp))).toBe(true);
    const moved = day.filter((now, index) => index > 0 && now.gasDm3 !== day[index - 1]?.gasDm3);
    expect(moved.length).toBeGreaterThan(0);
    expect(moved.every(({ stamp, gasStamp }) => stamp === gasStamp)).toBe(true);
  });

  test('the sun gives power back at noon, never at night', () => {
    const returned = (hour: string) =>
      day.some(({ stamp, returnedW }) => stamp.slice(6, 8) === hour && returnedW > 500);
    expect(returned('13')).toBe(true);
    expect(returned('01')).toBe(false);
    expect(returned('23')).toBe(false);
  });
});

test('the whole weekend is low', () => {
  const weekend = telegrams('2025-06-21T12:00:00+02:00', 1).concat(telegrams('2025-06-22T12:00:00+02:00', 1));
  expect(weekend.map((telegram) => read(telegram).tariff)).toEqual(['1', '1']);
});

// The last Sundays of March and October 2025: 02:00 becomes 03:00, and 03:00 becomes 02:00.
test.each([
  ['2025-03-30T01:59:59+01:00', ['250330015959W', '250330030000S', '250330030001S']],
  ['2025-10-26T02:59:59+02:00', ['251026025959S', '251026020000W', '251026020001W']],
  ['2024-12-31T23:59:59+01:00', ['241231235959W', '250101000000W', '250101000001W']],
])('from %s the clock shows %j', (start, stamps) => {
  expect(telegrams(start, 3).map((telegram) => read(telegram).stamp)).toEqual(stamps);
});

test('the same seed is the same house, another seed another', () => {
  const of = (seed: number) => telegrams('2025-01-15T12:00:00+01:00', 20, { seed }).join('');
  expect(of(7)).toBe(of(7));
  expect(of(7)).not.toBe(of(8));
});

function telegrams(start: string, count: number, { seed = 1, phases = 3 }: { seed?: number; phases?: 1 | 3 } = {}) {
  const house = simulateHouse({ start: new Date(start), seed, phases });
  return Array.from({ length: count }, () => house.next().value.toString('latin1'));
}

type Tariff = '1' | '2';

/** Reads a telegram by itself, not with the program's own parser. Whole W, Wh and dm³: the point is just left out. */
function read(telegram: string) {
  const text = (reference: string) => telegram.split(`\n${reference}(`)[1]?.split('\r')[0]?.slice(0, -1) ?? '';
  const number = (reference: string) => Number(text(reference).split('*')[0]?.replace('.', ''));
  const sum = (references: string[]) => references.reduce((total, reference) => total + number(reference), 0);
  const [gasStamp = '', gas = ''] = text('0-1:24.2.1').split(')(');
  return {
    stamp: text('0-0:1.0.0'),
    tariff: text('0-0:96.14.0').slice(-1) as Tariff,
    deliveredW: number('1-0:1.7.0'),
    returnedW: number('1-0:2.7.0'),
    phasesW: sum(['1-0:21.7.0', '1-0:41.7.0', '1-0:61.7.0']) - sum(['1-0:22.7.0', '1-0:42.7.0', '1-0:62.7.0']),
    deliveredWh: sum(['1-0:1.8.1', '1-0:1.8.2']),
    returnedWh: sum(['1-0:2.8.1', '1-0:2.8.2']),
    registers: {
      '1': [number('1-0:1.8.1'), number('1-0:2.8.1')],
      '2': [number('1-0:1.8.2'), number('1-0:2.8.2')],
    } satisfies Record<Tariff, number[]>,
    gasStamp,
    gasDm3: Number(gas.split('*')[0]?.replace('.', '')),
  };
}

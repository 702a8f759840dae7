import { describe, expect, test } from 'vitest';
import {
  meterTime,
  NETHERLANDS,
  printMoment,
  readLocalStamp,
  readStamp,
  readTime,
  type Site,
} from '../../../src/reading/time.ts';
import { fixture } from '../../support/telegrams.ts';

const LITHUANIA: Site = { standardOffset: 120 };

function printed(stamp: string, site = NETHERLANDS): string | undefined {
  const moment = readStamp(stamp, site);
  return moment && printMoment(moment);
}

function printedLocally(stamp: string, receivedAt = '2030-01-01T00:00:00Z'): string | undefined {
  const moment = readLocalStamp(stamp, NETHERLANDS, new Date(receivedAt));
  return moment && printMoment(moment);
}

test.each([
  ['101209113020W', '2010-12-09T11:30:20+01:00'],
  ['200706104157S', '2020-07-06T10:41:57+02:00'],
  ['251026023000S', '2025-10-26T02:30:00+02:00'],
  ['251026023000W', '2025-10-26T02:30:00+01:00'],
  ['250330015959W', '2025-03-30T01:59:59+01:00'],
  ['250330030000S', '2025-03-30T03:00:00+02:00'],
  ['160229235959W', '2016-02-29T23:59:59+01:00'],
])('%s is %s: the letter is the offset', (stamp, expected) => {
  expect(printed(stamp)).toBe(expected);
});

test.each([
  ['250330023000W', '2025-03-30T02:30:00+01:00'],
  ['250701120000W', '2025-07-01T12:00:00+01:00'],
  ['250101120000S', '2025-01-01T12:00:00+02:00'],
])('%s is %s: even where the letter contradicts the season', (stamp, expected) => {
  expect(printed(stamp)).toBe(expected);
});

test('the last second of winter and the first of summer are one second apart', () => {
  const [winter, summer] = ['250330015959W', '250330030000S'].map((stamp) => readStamp(stamp, NETHERLANDS)?.ms);
  expect(summer! - winter!).toBe(1_000);
});

test('W is the standard time of the site', () => {
  expect(printed('240214101855W', LITHUANIA)).toBe('2024-02-14T10:18:55+02:00');
  expect(printed('240714101855S', LITHUANIA)).toBe('2024-07-14T10:18:55+03:00');
});

test.each([
  '632525252525W', // a date that COSEM leaves open
  '632525252525S',
  '700101010000W', // a clock of 1970
  '700101000000W',
  '000101000000W', // a clock never set
  '000101000001W',
  '213112235959W',
  '250000000000W',
  '250229120000W',
  '250101240000W',
  '250101126000W',
  '250101120000T',
  '250101120000',
  '25010112000 W',
  '',
])('%j is no moment', (stamp) => {
  expect(printed(stamp)).toBeUndefined();
});

test.each([
  ['090212160000', '2009-02-12T16:00:00+01:00'],
  ['120517020000', '2012-05-17T02:00:00+02:00'],
  ['250330015959', '2025-03-30T01:59:59+01:00'],
  ['250330030000', '2025-03-30T03:00:00+02:00'],
  ['251026015959', '2025-10-26T01:59:59+02:00'],
  ['251026030000', '2025-10-26T03:00:00+01:00'],
])('%s on the wall is %s', (stamp, expected) => {
  expect(printedLocally(stamp)).toBe(expected);
});

test('an hour that is skipped counts as standard time', () => {
  expect(printedLocally('250330023000')).toBe('2025-03-30T02:30:00+01:00');
});

test('of an hour that comes twice, the later one counts unless it is still to come', () => {
  expect(printedLocally('251026020000', '2025-10-26T00:59:00Z')).toBe('2025-10-26T02:00:00+02:00');
  expect(printedLocally('251026020000', '2025-10-26T01:01:00Z')).toBe('2025-10-26T02:00:00+01:00');
});

describe('a time in any form', () => {
  const receivedAt = new Date('2030-01-01T00:00:00Z');
  const printedOf = (stamp: string, site = NETHERLANDS): string | undefined => {
    const moment = readTime(stamp, { site, receivedAt });
    return moment && printMoment(moment);
  };

  test.each([
    ['101209113020W', '2010-12-09T11:30:20+01:00'],
    ['260102010000', '2026-01-02T01:00:00+01:00'],
    ['220201000000T', '2022-02-01T00:00:00+01:00'],
    ['220701000000T', '2022-07-01T00:00:00+02:00'],
    // 28 June 2024, 10:43:43, 120 minutes east of UTC.
    ['07E8061C050A2B2B00FF8880', '2024-06-28T10:43:43+02:00'],
    ['07e8061c050a2b2b00ff8880', '2024-06-28T10:43:43+02:00'],
    // 840 minutes east of UTC, and as many west: no clock is further off.
    ['07E8061C050A2B2B00FCB880', '2024-06-28T10:43:43+14:00'],
    ['07E8061C050A2B2B00034880', '2024-06-28T10:43:43-14:00'],
    // Minutes to UTC left open, with and without summer time.
    ['07E8061C050A2B2B00800080', '2024-06-28T10:43:43+02:00'],
    ['07E8011C070A2B2B00800000', '2024-01-28T10:43:43+01:00'],
  ])('%s is %s', (stamp, expected) => {
    expect(printedOf(stamp)).toBe(expected);
  });

  test('whose offset is open has that of its site', () => {
    expect(printedOf('07E8061C050A2B2B00800080', LITHUANIA)).toBe('2024-06-28T10:43:43+03:00');
    expect(printedOf('220701000000T', LITHUANIA)).toBe('2022-07-01T00:00:00+03:00');
  });

  test.each([
    '632525252525',
    '632525252525T',
    '700101010000',
    '000101000001',
    'FFFFFFFFFFFFFFFFFFFFFFFF',
    '07E8FF1C050A2B2B00FF8880',
    '07B20101040000000000FF80',
    // 841 minutes east of UTC, and as many west; 32,767 minutes west.
    '07E8061C050A2B2B00FCB780',
    '07E8061C050A2B2B00034980',
    '07E8061C050A2B2B007FFF80',
    '2024010112:00:00',
    '20240101 120000',
  ])('%s is none', (stamp) => {
    expect(printedOf(stamp)).toBeUndefined();
  });
});

test.each([
  ['derived/nl-dsmr-5.0.2-recrc.txt', '2010-12-09T10:30:20.000Z'],
  ['se-aidon-6560.txt', '2021-07-29T13:09:50.000Z'],
  ['nl-dsmr-3.0.txt', undefined],
  ['se-aidon-6511.txt', undefined], // its stamp is no date
])('the clock of %s says %s', (file, expected) => {
  expect(meterTime(fixture(file))?.toISOString()).toBe(expected);
});

test.each(['\r\n', '\n', '\r'])('lines may end with %j', (lineEnd) => {
  const text = ['/ISK5', '', '1-3:0.2.8(50)', '0-0:1.0.0(260705123000S)', '!'].join(lineEnd);
  expect(meterTime(Buffer.from(text))?.toISOString()).toBe('2026-07-05T10:30:00.000Z');
});

test('a telegram that breaks off in its clock has none', () => {
  expect(meterTime(Buffer.from('/ISK5\r\n\r\n0-0:1.0.0(1012'))).toBeUndefined();
});

import { beforeEach, describe, expect, test } from 'vitest';
import { ClockWatch } from '../../../src/service/clock-watch.ts';
import type { Telegram } from '../../../src/telegram/telegram.ts';

const NOON = Date.parse('2026-03-01T12:00:00Z');
const DAY = 86_400_000;

let wallMs: number;
let uptimeMs: number;
let told: unknown[];
let watch: ClockWatch;

function start(wall: number): void {
  wallMs = wall;
  uptimeMs = 10_000;
  told = [];
  watch = new ClockWatch({
    time: () => ({ boot: 'this', wallMs, uptimeMs, isSynchronised: undefined }),
    stepped: (byMs, wasSet) => told.push(['stepped', byMs, wasSet]),
    unset: (time) => told.push(['unset', time.wallMs]),
    moved: (byMs, time, isSet) => told.push(['moved', byMs, time.wallMs, isSet]),
  });
}

/** Time passes, and the clock may be set besides. */
function look(ms: number, setByMs = 0): void {
  uptimeMs += ms;
  wallMs += ms + setByMs;
  watch.look();
}

const letter = (seq: number, receivedMs: number) => {
  const telegram: Telegram = {
    source: 'meter',
    receivedAt: new Date(receivedMs),
    raw: Buffer.alloc(0),
    checksum: 'valid',
  };
  return { seq, telegram };
};

describe('a clock that is set', () => {
  beforeEach(() => start(NOON));

  test('is told of when it is set again, both ways, and moves nothing', () => {
    watch.begin({ isSet: true, after: 0, newestMs: 0 });
    look(1_000);
    look(1_000, 1_500);
    expect(told).toEqual([]);
    look(1_000, 3_600_000);
    look(1_000, -7_200_000);
    expect(told).toEqual([
      ['stepped', 3_600_000, true],
      ['stepped', -7_200_000, true],
    ]);
    expect(watch.ageOf(letter(1, wallMs - 5_000))).toEqual({ ms: 5_000, isSure: true });
  });
});

describe('a clock that is not set', () => {
  beforeEach(() => start(0));

  test('holds until it is set; ages across the start of the machine are not known', () => {
    watch.begin({ isSet: false, after: 7, newestMs: NOON });
    expect(told).toEqual([['unset', 0]]);
    look(60_000);
    expect(watch.ageOf(letter(7, NOON))).toEqual({ ms: Infinity, isSure: true });
    expect(watch.ageOf(letter(8, 55_000))).toEqual({ ms: 5_000, isSure: false });
    look(1_000, NOON + DAY);
    expect(told.slice(1)).toEqual([
      ['stepped', NOON + DAY, false],
      ['moved', NOON + DAY, NOON + DAY + 61_000, true],
    ]);
    expect(watch.ageOf(letter(8, NOON + DAY + 60_000))).toEqual({ ms: 1_000, isSure: true });
  });

  test('that is set to a time that cannot be right either goes on holding', () => {
    watch.begin({ isSet: false, after: 7, newestMs: NOON });
    look(1_000, NOON - DAY);
    expect(told.slice(1)).toEqual([
      ['stepped', NOON - DAY, false],
      ['moved', NOON - DAY, NOON - DAY + 1_000, false],
    ]);
    expect(watch.isSet).toBe(false);
  });

  test('may have been set before the journal was open', () => {
    look(1_000, NOON);
    expect(told).toEqual([
      ['stepped', NOON, false],
      ['moved', NOON, NOON + 1_000, false],
    ]);
    watch.begin({ isSet: false, after: 0, newestMs: NOON });
    expect(told.slice(2)).toEqual([['moved', 0, NOON + 1_000, true]]);
  });

  test('is looked at again before each telegram', () => {
    watch.begin({ isSet: false, after: 0, newestMs: NOON });
    told = [];
    const journal = {
      append: () => told.push('append'),
      keep: async () => Promise.resolve(told.push('keep')),
      room: async () => Promise.resolve(),
    };
    wallMs += NOON + DAY;
    watch.before(journal).append(letter(1, wallMs).telegram);
    expect(told).toEqual([['stepped', NOON + DAY, false], ['moved', NOON + DAY, NOON + DAY, true], 'append']);
    void watch.before(journal).keep(letter(2, wallMs).telegram);
    expect(told.slice(3)).toEqual(['keep']);
  });

  test('of 1970 is never believed; one that only looks late is, after a day', () => {
    watch.begin({ isSet: false, after: 0, newestMs: NOON });
    look(2 * DAY);
    expect(watch.isSet).toBe(false);
    start(NOON);
    watch.begin({ isSet: false, after: 0, newestMs: NOON + 400 * DAY });
    look(DAY - 1);
    expect(watch.isSet).toBe(false);
    look(1);
    expect(watch.isSet).toBe(true);
    expect(told.at(-1)).toEqual(['moved', 0, NOON + DAY, true]);
  });
});

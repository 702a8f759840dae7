import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Database } from '../../../src/storage/database.ts';
import type { JournalStore } from '../../../src/journal/store.ts';
import type { MachineTime } from '../../../src/time/boot.ts';
import { filesAsAfterAKill, incoming, openStore, temporaryFolder } from '../../support/journal.ts';

/** A start of the machine at 1970; the network sets its clock to `NOON` when it has been up for an hour. */
const HOUR = 3_600_000;
const NOON = Date.parse('2026-03-01T12:00:00Z');
const STEP = NOON - HOUR;
const at = (wallMs: number, uptimeMs: number, boot = 'this'): MachineTime => {
  return { boot, wallMs, uptimeMs, isSynchronised: undefined };
};
const STARTED = at(10_000, 10_000);
const SET = at(NOON, HOUR);

const open = (folder: string, time: MachineTime): JournalStore => openStore(folder, { time: () => time });
const append = (store: JournalStore, ...times: number[]): number[] =>
  store.append(times.map((ms, index) => ({ ...incoming(index), at: ms })));
const timesOf = (store: JournalStore): number[] => store.read(0, 10_000, undefined).map((row) => row.at);

/** What the rows themselves say, once the files of the journal are as after a kill. */
function rowsOf(folder: string): number[] {
  const db = new Database(join(filesAsAfterAKill(folder), 'journal.db'), { readonly: true });
  const rows = db.prepare<[], { at: number }>('SELECT at FROM telegram ORDER BY seq').all();
  db.close();
  return rows.map((row) => row.at);
}

describe('when the clock is set, telegrams that came before', () => {
  test('bear the time that they came at, and those of earlier starts keep theirs', () => {
    const folder = temporaryFolder();
    const before = open(folder, at(NOON - 2 * HOUR, HOUR, 'last'));
    append(before, NOON - 2 * HOUR);
    before.close();

    const store = open(folder, STARTED);
    expect(store.restamping.state).toEqual({ isSet: false, after: 1, newestMs: NOON - 2 * HOUR });
    append(store, 11_000, 12_000);
    store.restamping.clock(SET, true);
    append(store, NOON + 1_000);
    const times = [NOON - 2 * HOUR, 11_000 + STEP, 12_000 + STEP, NOON + 1_000];
    expect(timesOf(store)).toEqual(times);
    expect(store.restamping.state.isSet).toBe(true);
    store.restamping.next();
    expect(rowsOf(folder)).toEqual(times);
    expect(timesOf(store)).toEqual(times);
    store.close();
  });

  test('are moved some at a time, each once, whenever the process is killed', () => {
    const first = temporaryFolder();
    let store = open(first, STARTED);
    const early = Array.from({ length: 1_200 }, (_, second) => 20_000 + second * 1_000);
    append(store, ...early);
    store.restamping.clock(SET, true);
    const times = early.map((ms) => ms + STEP);
    for (let slice = 0; slice < 4; slice++) {
      expect(timesOf(store)).toEqual(times);
      const folder = filesAsAfterAKill(first);
      expect(rowsOf(folder).filter((ms) => ms >= STEP)).toHaveLength(Math.min(500 * slice, 1_200));
      const again = open(folder, at(NOON + HOUR, 2 * HOUR));
      expect(timesOf(again)).toEqual(times);
      for (let rest = 0; rest < 4; rest++) again.restamping.next();
      expect(rowsOf(folder)).toEqual(times);
      again.close();
      store.restamping.next();
    }
    store.close();
    // The next start of the machine finds nothing to do.
    store = open(first, at(NOON + 5 * HOUR, 1_000, 'next'));
    expect(timesOf(store)).toEqual(times);
    store.close();
  });

  test('are dead letters, too', () => {
    const store = open(temporaryFolder(), STARTED);
    const [seq] = append(store, 11_000) as [number];
    store.bury('a', { ...incoming(1), seq, at: 11_000, buriedAt: 0, reason: 'broken' });
    store.restamping.clock(SET, true);
    expect(store.dead.list('a', 10, 0).map((dead) => dead.at)).toEqual([11_000 + STEP]);
    store.close();
  });

  test('are moved by each step, where the first one did not make it right', () => {
    const store = open(temporaryFolder(), STARTED);
    append(store, 11_000);
    store.restamping.clock(at(HOUR + 20_000, 20_000), false);
    append(store, HOUR + 21_000);
    store.restamping.clock(SET, true);
    expect(timesOf(store)).toEqual([11_000 + STEP, 21_000 + STEP]);
    for (let slice = 0; slice < 4; slice++) store.restamping.next();
    expect(timesOf(store)).toEqual([11_000 + STEP, 21_000 + STEP]);
    store.close();
  });
});

describe('a process that begins anew', () => {
  test('before the clock was set, or after it, gives its forerunner’s telegrams the right time', () => {
    const folder = temporaryFolder();
    const killed = open(folder, STARTED);
    append(killed, 11_000);
    const second = open(filesAsAfterAKill(folder), at(30_000, 30_000));
    append(second, 31_000);
    second.restamping.clock(SET, true);
    expect(timesOf(second)).toEqual([11_000 + STEP, 31_000 + STEP]);
    second.close();

    const late = open(filesAsAfterAKill(folder), SET);
    expect(late.restamping.state.isSet).toBe(true);
    expect(timesOf(late)).toEqual([11_000 + STEP]);
    late.close();
    killed.close();
  });

  test('does not take a clock for set that has run on past the newest telegram', () => {
    const folder = temporaryFolder();
    const before = open(folder, at(NOON, HOUR, 'last'));
    append(before, NOON);
    before.close();
    const store = open(folder, at(NOON - HOUR, 10_000));
    append(store, NOON - HOUR);
    store.close();
    const again = open(folder, at(NOON + HOUR, 10_000 + 2 * HOUR));
    expect(again.restamping.state).toEqual({ isSet: false, after: 1, newestMs: NOON });
    again.close();
  });

  test('after another start of the machine leaves times of which nobody knows how long ago they were', () => {
    const folder = temporaryFolder();
    const store = open(folder, STARTED);
    append(store, 11_000);
    store.close();
    const next = open(folder, at(NOON, 5_000, 'next'));
    next.restamping.clock(at(NOON + HOUR, 5_000, 'next'), true);
    expect(timesOf(next)).toEqual([11_000]);
    next.close();
  });
});

test('a clock that was set before moves nothing when it is set again', () => {
  const store = open(temporaryFolder(), at(NOON, HOUR));
  append(store, NOON);
  store.restamping.clock(at(NOON + HOUR, HOUR), true);
  store.restamping.clock(at(NOON - HOUR, HOUR), true);
  expect(timesOf(store)).toEqual([NOON]);
  store.close();
});

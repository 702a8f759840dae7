import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openJournalStore } from '../../../src/journal/open.ts';
import { JournalFull } from '../../../src/journal/room.ts';
import type { Incoming } from '../../../src/journal/crossing.ts';
import type { JournalStore } from '../../../src/journal/store.ts';
import { countsOf, filesAsAfterAKill, incoming, openStore, several } from '../../support/journal.ts';
import { describeOnSmallDisk, SmallDisk } from '../../support/small-disk.ts';

const ALL = 100_000;
/** Below this the journal leaves the disk to others: 64 MB. */
const DISK_MB = 90;
const reserveSize = (folder: string) => statSync(join(folder, 'journal.reserve'), { throwIfNoEntry: false })?.size;

const bulk = (n: number): Incoming => ({ ...incoming(n), raw: randomBytes(16_000) });
const deliver = (store: JournalStore, seqs: readonly number[]) =>
  store.cursors.pass(seqs.map((seq) => ({ endpoint: 'a', seq, how: 'delivered' as const })));

/** Appends until there is no room. @returns the numbers of what was accepted, and what ended it. */
function appendUntilFull(store: JournalStore): { seqs: number[]; error: unknown } {
  const seqs: number[] = [];
  for (let n = 1; n < 10_000; n++) {
    try {
      seqs.push(...store.append([bulk(n), bulk(n + 10_000)]));
    } catch (error) {
      return { seqs, error };
    }
  }
  throw new Error('the disk never became full');
}

describeOnSmallDisk('a full disk', () => {
  test('refuses telegrams by name, keeps every one accepted before, and takes them again once there is room', () => {
    const disk = new SmallDisk(DISK_MB);
    // The clock stands still: the disk is not asked again, and fills up to SQLite's last page.
    const store = openStore(disk.folder, { nowMs: () => 0 });
    const before = store.append(several(1, 100));
    disk.fill();
    const { seqs, error } = appendUntilFull(store);
    expect(error).toBeInstanceOf(JournalFull);
    expect(String(error)).toMatch(/journal\.db has no room for another telegram; free some space/);

    const accepted = [...before, ...seqs];
    expect(store.read(0, ALL, undefined).map(({ seq }) => seq)).toEqual(accepted);
    expect(store.read(0, ALL, undefined).every(({ raw }) => raw !== undefined)).toBe(true);
    const killed = openStore(filesAsAfterAKill(disk.folder));
    expect(killed.read(0, ALL, undefined).map(({ seq }) => seq)).toEqual(accepted);
    expect(countsOf(killed)).toEqual({ waiting: accepted.length });

    disk.free();
    accepted.push(...store.append(several(101, 110)));
    expect(new Set(accepted).size).toBe(accepted.length);
    expect(store.read(0, ALL, undefined).map(({ seq }) => seq)).toEqual(accepted);
    expect(countsOf(store)).toEqual({ waiting: accepted.length });
  });

  test('gives the reserve to the endpoints: cursors move, on disk too, and dead letters are kept', () => {
    const disk = new SmallDisk(DISK_MB);
    const clock = { ms: 0 };
    const store = openStore(disk.folder, { nowMs: () => clock.ms });
    const seqs = store.append(several(1, 1_000));
    disk.fill();
    clock.ms += 10_000;
    expect(() => store.append([incoming(1_001)])).toThrow(/has \d+ MB left, expected at least 64 MB; free some space/);

    for (const seq of seqs.slice(0, 600)) {
      deliver(store, [seq]);
      store.writeCursors();
    }
    store.bury('a', { ...incoming(601), seq: seqs[600]!, buriedAt: 0, reason: 'refused' });
    const killed = openStore(filesAsAfterAKill(disk.folder));
    expect(countsOf(killed)).toEqual({ waiting: 399, delivered: 600, buried: 1 });
    expect(killed.dead.count('a')).toBe(1);
  });

  test('sets a reserve that was given up aside again once there is room', () => {
    const disk = new SmallDisk(DISK_MB);
    const store = openStore(disk.folder, { nowMs: () => 0 });
    store.append([incoming(1)]);
    expect(reserveSize(disk.folder)).toBe(8_000_000);
    disk.fill();
    appendUntilFull(store);
    expect(reserveSize(disk.folder)).toBeUndefined();
    disk.free();
    store.tidy(0);
    expect(reserveSize(disk.folder)).toBe(8_000_000);
  });

  test('keeps cursors in memory where even the reserve is used up, and writes them later', () => {
    const disk = new SmallDisk(DISK_MB);
    const store = openStore(disk.folder, { nowMs: () => 0 });
    const seqs = store.append(several(1, 10));
    disk.fill();
    appendUntilFull(store);
    disk.fill();
    const { waiting = NaN } = countsOf(store);
    deliver(store, seqs.slice(0, 5));
    store.writeCursors();
    expect(countsOf(store)).toEqual({ waiting: waiting - 5, delivered: 5 });
    disk.free();
    store.writeCursors();
    expect(countsOf(openStore(filesAsAfterAKill(disk.folder)))).toEqual({ waiting: waiting - 5, delivered: 5 });
  });

  test('lets go of what every endpoint has before it refuses a telegram', () => {
    const disk = new SmallDisk(DISK_MB);
    const clock = { ms: 0 };
    const store = openStore(disk.folder, { nowMs: () => clock.ms, keepMs: 1e15 });
    deliver(store, store.append(several(1, 5_000)));
    disk.fill();
    clock.ms += 10_000;
    const [seq] = store.append([incoming(5_001)]);
    expect(seq).toBe(5_001);
    expect(store.read(0, ALL, undefined).length).toBeLessThan(5_000);
    expect(countsOf(store)).toEqual({ waiting: 1, delivered: 5_000 });
  });

  test('does not stop a start: the reserve of the run before makes room for it', () => {
    const disk = new SmallDisk(DISK_MB);
    const first = openStore(disk.folder);
    first.append(several(1, 10));
    first.close();
    disk.fill();
    const { store } = openJournalStore(options(disk));
    expect(store.read(0, ALL, undefined)).toHaveLength(10);
    expect(countsOf(store)).toEqual({ waiting: 10 });
    store.close();
  });

  test('with no journal yet is told by name', () => {
    const disk = new SmallDisk(DISK_MB);
    disk.fill();
    expect(() => openJournalStore(options(disk))).toThrow(JournalFull);
  });

  test('still lets the journal close', () => {
    const disk = new SmallDisk(DISK_MB);
    const store = openStore(disk.folder, { nowMs: () => 0 });
    const before = store.append([incoming(1)]);
    disk.fill();
    const seqs = [...before, ...appendUntilFull(store).seqs];
    disk.fill();
    store.close();
    disk.free();
    expect(
      openStore(disk.folder)
        .read(0, ALL, undefined)
        .map(({ seq }) => seq),
    ).toEqual(seqs);
  });
});

const options = ({ folder }: SmallDisk) => ({
  folder,
  endpoints: [{ name: 'a', source: undefined }],
  keepMs: Infinity,
  keepBytes: Infinity,
  maxBytes: 1e9,
  syncIntervalMs: 0,
});

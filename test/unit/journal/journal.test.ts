import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Database } from '../../../src/storage/database.ts';
import { RETRY_MS } from '../../../src/journal/intake.ts';
import { Journal } from '../../../src/journal/journal.ts';
import type { Letter } from '../../../src/journal/letter.ts';
import type { Losses } from '../../../src/journal/losses.ts';
import type { TakenOut } from '../../../src/journal/placing.ts';
import type { WorkerSettings } from '../../../src/journal/protocol.ts';
import type { JournalState } from '../../../src/journal/view.ts';
import type { Telegram } from '../../../src/telegram/telegram.ts';
import {
  countsOf,
  filesAsAfterAKill,
  incoming,
  numberIn,
  openStore,
  several,
  temporaryFolder,
} from '../../support/journal.ts';
import { describeOnSmallDisk, SmallDisk } from '../../support/small-disk.ts';
import { upTo } from '../../support/up-to.ts';

/** The thread as it is built: `npm test` builds first. */
const builtWorker = new URL('../../../dist/journal/worker.js', import.meta.url);
const LARGEST_IN_MEMORY_BYTES = 4e6;

interface Told {
  accepted: number[];
  calm: string[];
  lost: number;
  dropped: Record<string, number>;
}

async function openJournal(
  folder: string,
  settings: Partial<WorkerSettings> = {},
  script = builtWorker,
): Promise<{ journal: Journal; state: JournalState; told: Told }> {
  const told: Told = { accepted: [], calm: [], lost: 0, dropped: {} };
  const events = {
    accepted: (letters: readonly Letter[]) =>
      told.accepted.push(...letters.map(({ telegram }) => numberIn(telegram.raw))),
    refused: (error: Error) => told.calm.push(`refused: ${error.message}`),
    recovered: () => told.calm.push('recovered'),
    lost: (count: number) => (told.lost += count),
    abandoned: (count: number) => (told.lost += count),
    repairing: () => told.calm.push('repairing'),
    quarantined: ({ telegramsSaved }: { telegramsSaved: number }) =>
      told.calm.push(`quarantined, saved ${telegramsSaved}`),
    letGo: (letters: ReadonlyMap<string, Losses>) =>
      letters.forEach(({ dropped }, name) => (told.dropped[name] = (told.dropped[name] ?? 0) + dropped)),
    walLost: () => told.calm.push('a part of the -wal is lost'),
    takenOut: (endpoints: readonly TakenOut[]) =>
      endpoints.forEach(({ name, waiting }) => told.calm.push(`taken out: ${name}, ${waiting} waiting`)),
    failed: (error: Error) => told.calm.push(`failed: ${error.message}`),
  };
  const limits = { keepMs: 1e15, keepBytes: 1e12, maxBytes: 1e9, syncIntervalMs: 10_000 };
  const endpoints = [{ name: 'a', source: undefined }];
  const journal = new Journal({ folder, endpoints, ...limits, ...settings }, events, script);
  onTestFinished(async () => journal.close().catch(() => undefined));
  const state = (await journal.open(new AbortController().signal))!;
  return { journal, state, told };
}

function telegram(n: number, raw?: Buffer): Telegram {
  const { source, at, checksum, raw: plain } = incoming(n);
  return { source, receivedAt: new Date(at), checksum, raw: raw ?? Buffer.from(plain) };
}

const numbersOf = (letters: readonly unknown[]) => letters.map((letter) => numberIn((letter as Letter).telegram.raw));
const until = (condition: () => boolean) => vi.waitUntil(condition, { timeout: 30_000, interval: 10 });

/** Those of this thread: the journal's own goes on. */
function stopTimers(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
}

describe('the journal in its thread', () => {
  test('tells what was accepted, in order, and gives it out again from memory and from disk', async () => {
    const folder = temporaryFolder();
    const { journal, told } = await openJournal(folder);
    for (const n of upTo(1_000)) journal.append(telegram(n));
    await until(() => told.accepted.length === 1_000);
    expect(told.accepted).toEqual(upTo(1_000));
    expect(openStore(filesAsAfterAKill(folder)).read(0, 10_000, undefined)).toHaveLength(1_000);
    expect(numbersOf(await journal.read(0, 50, undefined))).toEqual(upTo(50));
    expect(numbersOf(await journal.read(990, 50, undefined))).toEqual([
      991, 992, 993, 994, 995, 996, 997, 998, 999, 1_000,
    ]);
    expect(numbersOf(await journal.read(998, 50, 'house'))).toEqual([999, 1_000]);
    expect(await journal.read(998, 50, 'barn')).toEqual([]);
    const [first] = (await journal.read(0, 1, undefined)) as Letter[];
    expect(first).toEqual({ seq: 1, telegram: telegram(1) });
  });

  test('says which number a telegram has once it is kept, also of one that came before the journal was open', async () => {
    const { journal } = await openJournal(temporaryFolder());
    journal.append(telegram(1));
    const kept = [journal.keep(telegram(2)), journal.keep(telegram(3))];
    journal.append(telegram(4));
    expect(await Promise.all(kept)).toEqual([2, 3]);
  });

  test('writes what waits in memory when it closes, and is where it was after the next start', async () => {
    const folder = temporaryFolder();
    const { journal, told } = await openJournal(folder);
    for (const n of upTo(3_000)) journal.append(telegram(n));
    journal.pass({ endpoint: 'a', seq: 1, how: 'delivered' });
    await journal.close();
    expect(told.accepted).toEqual(upTo(3_000));
    expect(told.lost).toBe(0);
    const { state } = await openJournal(folder);
    expect(state).toMatchObject({
      head: 3_000,
      endpoints: [{ name: 'a', acked: 1, waiting: 2_999, delivered: 1, oldestAt: 2_000, dead: 0 }],
    });
  });

  test('cursors that moved are on disk with whatever is asked next', async () => {
    const asks: ((journal: Journal) => Promise<unknown>)[] = [
      (journal) => journal.read(0, 1, undefined),
      (journal) => journal.state(),
      (journal) => journal.dead('a', 1),
      (journal) => journal.deadToRetry('a', 1),
      (journal) => journal.retryDead('a', undefined),
      (journal) => journal.dropDead('a', undefined),
      (journal) => journal.deadTaken('a', 1, 'answered'),
      (journal) => journal.deadRefusedAgain(1, 'again'),
    ];
    const folder = temporaryFolder();
    const { journal, told } = await openJournal(folder);
    for (const n of upTo(200)) journal.append(telegram(n));
    await until(() => told.accepted.length === 200);
    for (const [index, ask] of asks.entries()) {
      journal.pass({ endpoint: 'a', seq: index + 1, how: 'delivered' });
      await ask(journal);
      const counts = countsOf(openStore(filesAsAfterAKill(folder)));
      expect(counts).toEqual({ waiting: 200 - (index + 1), delivered: index + 1 });
    }
  });

  test('cursors that moved are on disk a few seconds later where nothing is asked', async () => {
    const folder = temporaryFolder();
    const { journal, told } = await openJournal(folder);
    journal.append(telegram(1));
    await until(() => told.accepted.length === 1);
    stopTimers();
    journal.pass({ endpoint: 'a', seq: 1, how: 'thinned' });
    await vi.advanceTimersByTimeAsync(5_000);
    await until(() => countsOf(openStore(filesAsAfterAKill(folder)))['thinned'] === 1);
  });

  test('of several dead letters exactly the one goes that was taken after all, and the one changes that was not', async () => {
    const { journal, told } = await openJournal(temporaryFolder());
    for (const n of upTo(3)) journal.append(telegram(n));
    await until(() => told.accepted.length === 3);
    for (const n of upTo(3)) await journal.bury('a', { seq: n, telegram: telegram(n) }, 'refused');
    const [first, second, third] = await journal.dead('a', 10);
    await journal.retryDead('a', [first!.id, second!.id]);
    await journal.deadTaken('a', first!.id, 'answered');
    await journal.deadRefusedAgain(second!.id, 'refused again');
    const left = await journal.dead('a', 10);
    expect(left.map(({ id, reason, retry }) => ({ id, reason, retry }))).toEqual([
      { id: second!.id, reason: 'refused again', retry: false },
      { id: third!.id, reason: 'refused', retry: false },
    ]);
  });

  test('a dead letter is on disk, with the cursor behind it, once burying it resolves', async () => {
    const folder = temporaryFolder();
    const { journal, told } = await openJournal(folder);
    journal.append(telegram(1));
    await until(() => told.accepted.length === 1);
    const [letter] = (await journal.read(0, 1, undefined)) as Letter[];
    await journal.bury('a', letter!, 'no electricity_delivered_1');
    const killed = openStore(filesAsAfterAKill(folder));
    expect(countsOf(killed)).toEqual({ buried: 1 });
    expect(killed.dead.list('a', 10)).toMatchObject([
      { seq: 1, reason: 'no electricity_delivered_1', raw: telegram(1).raw },
    ]);
  });

  test('what an endpoint loses to the size limit is told, and taken back where it arrived after all', async () => {
    const { journal, told } = await openJournal(temporaryFolder(), { keepBytes: 0, maxBytes: 1_000_000 });
    const bulk = upTo(1_500).map((n) => telegram(n, Buffer.concat([Buffer.from(`(${n}*kWh)`), randomBytes(1_000)])));
    for (const item of bulk) journal.append(item);
    await until(() => told.accepted.length === 1_500);
    const [{ dropped, waiting }] = (await journal.state()).endpoints as [JournalState['endpoints'][number]];
    expect(dropped).toBeGreaterThan(0);
    expect(dropped + waiting).toBe(1_500);
    expect(told.dropped).toEqual({ a: dropped });
    journal.pass({ endpoint: 'a', seq: 1, how: 'delivered' });
    await journal.state();
    expect(told.dropped).toEqual({ a: dropped - 1 });
  });

  test('nobody else can open it meanwhile', async () => {
    const folder = temporaryFolder();
    await openJournal(folder);
    await expect(openJournal(folder)).rejects.toMatchObject({
      name: 'DatabaseInUse',
      message: `${join(folder, 'journal.db')} is in use by process ${process.pid}`,
    });
  });
});

describe('damage', () => {
  test('that is found while reading is repaired: what can be read goes on, and cursors stand where they stood', async () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    store.append(several(1, 2_000));
    store.close();
    const path = join(folder, 'journal.db');
    const content = readFileSync(path);
    content.fill(0, 40 * 1_024, 41 * 1_024);
    writeFileSync(path, content);

    const { journal, told } = await openJournal(folder);
    journal.pass({ endpoint: 'a', seq: 7, how: 'delivered' });
    const letters = await journal.read(7, 5_000, undefined);
    expect(told.calm).toEqual([expect.stringMatching(/^quarantined, saved 19\d\d$/)]);
    expect(letters.length).toBeGreaterThan(1_900);
    expect(letters[0]?.seq).toBe(8);
    const { endpoints } = await journal.state();
    const dropped = 1_999 - letters.length;
    expect(endpoints).toMatchObject([{ acked: 7, delivered: 1, waiting: letters.length, dropped }]);
    expect(told.dropped).toEqual({ a: dropped });

    journal.append(telegram(2_001));
    await until(() => told.accepted.length === 1);
    expect(numbersOf(await journal.read(0, 5_000, undefined)).at(-1)).toBe(2_001);
  });

  test('of a row comes back as a letter without bytes', async () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    store.append(several(1, 2));
    store.close();
    const db = new Database(join(folder, 'journal.db'));
    db.exec("UPDATE telegram SET body = x'00' WHERE seq = 1");
    db.close();
    const { journal } = await openJournal(folder);
    expect(await journal.read(0, 2, undefined)).toEqual([
      { seq: 1, damaged: true, source: 'house', receivedAt: new Date(1_000) },
      { seq: 2, telegram: telegram(2) },
    ]);
  });
});

describeOnSmallDisk('a disk that others fill', () => {
  test('while damage is repaired: the repair is done once there is room, and no endpoint goes back', async () => {
    const disk = new SmallDisk(90);
    const store = openStore(disk.folder);
    store.append(several(1, 2_000));
    store.close();
    const content = readFileSync(join(disk.folder, 'journal.db'));
    writeFileSync(join(disk.folder, 'journal.db'), content.fill(0, 40 * 1_024, 41 * 1_024));
    const { journal, told } = await openJournal(disk.folder);
    rmSync(join(disk.folder, 'journal.reserve'));
    disk.fill();

    journal.pass({ endpoint: 'a', seq: 7, how: 'delivered' });
    await expect(journal.read(7, 5_000, undefined)).rejects.toMatchObject({ name: 'JournalFull' });
    journal.pass({ endpoint: 'a', seq: 8, how: 'delivered' });
    await expect(journal.read(8, 5_000, undefined)).rejects.toThrow(/has no room to be repaired; free some space/);
    expect(told.calm).toEqual([]);

    disk.free();
    const read = () => journal.read(8, 5_000, undefined).catch(() => undefined);
    const letters = await vi.waitUntil(read, { timeout: 30_000, interval: 100 });
    expect(told.calm).toEqual([expect.stringMatching(/^quarantined, saved 19\d\d$/)]);
    expect(letters[0]?.seq).toBe(9);
    expect((await journal.state()).endpoints).toMatchObject([{ acked: 8, delivered: 2, waiting: letters.length }]);
  });

  test('keeps telegrams in memory, tells it once, and writes them all once there is room', async () => {
    const disk = new SmallDisk(90);
    disk.fill(50e6);
    const { journal, told } = await openJournal(disk.folder);
    stopTimers();
    for (const n of upTo(3)) journal.append(telegram(n));
    await until(() => told.calm.length > 0);
    for (const n of [4, 5, 6]) journal.append(telegram(n));
    expect(told.calm).toEqual([
      expect.stringMatching(/^refused: the disk of .* expected at least 64 MB; free some space$/),
    ]);
    expect(told.accepted).toEqual([]);
    expect(journal.unaccepted).toBe(6);
    disk.free();
    await vi.advanceTimersByTimeAsync(RETRY_MS);
    await until(() => told.accepted.length === 6);
    expect(told.accepted).toEqual(upTo(6));
    expect(told.calm.slice(1)).toEqual(['recovered']);
    expect(told.lost).toBe(0);
    await journal.close();
  });

  test('and a stop meanwhile: what is lost with the memory is counted', async () => {
    const disk = new SmallDisk(90);
    disk.fill(50e6);
    const { journal, told } = await openJournal(disk.folder);
    for (const n of upTo(3)) journal.append(telegram(n));
    await until(() => told.calm.length > 0);
    await journal.close();
    expect([told.accepted, told.lost, journal.unaccepted]).toEqual([[], 3, 0]);
  });
});

/** A thread that opens, and then does this with every other request. */
const threadThat = (does: string) =>
  new URL(
    `data:text/javascript,import { parentPort } from 'node:worker_threads';
    const clock = { isSet: true, after: 0, newestMs: 0 };
    const open = { head: 0, bytes: 0, freeBytes: 0, endpoints: [], clock };
    parentPort.on('message', ({ id, op }) => { if (op === 'open') parentPort.postMessage({ id, answer: open }); else { ${does} } });`,
  );

describe('a thread that hangs or ends', () => {
  test('holds nothing up: telegrams wait in memory, and over its size the oldest are lost, counted', async () => {
    const { journal, told } = await openJournal(temporaryFolder(), {}, threadThat(''));
    const kilobyte = Buffer.alloc(1_000);
    // The first goes to the thread and is not seen again.
    for (const n of upTo(1 + LARGEST_IN_MEMORY_BYTES / 1_000 + 25)) journal.append(telegram(n, kilobyte));
    expect([journal.unaccepted, told.lost]).toEqual([4_000, 25]);
    await until(() => journal.appendingMs > 20);

    stopTimers();
    const closed = expect(journal.close()).rejects.toThrow('did not close within 10 s');
    await vi.advanceTimersByTimeAsync(10_000);
    await closed;
    // The first is with the thread still.
    expect(told.lost).toBe(4_025);
  });

  test('keeps no telegram that falls out of memory, nor one that still waits when it closes', async () => {
    const { journal } = await openJournal(temporaryFolder(), {}, threadThat(''));
    const large = Buffer.alloc(LARGEST_IN_MEMORY_BYTES / 4);
    const [, second, , , , last] = upTo(6).map(async (n) =>
      journal.keep(telegram(n, large)).catch((error: unknown) => String(error)),
    );
    expect(await second).toBe('Error: the disk took nothing, and memory is full');
    stopTimers();
    const closed = journal.close().catch(() => undefined);
    await vi.advanceTimersByTimeAsync(10_000);
    await closed;
    expect(await last).toBe('Error: the journal was closed before');
  });

  test('does not leave anybody waiting: what was asked and what is asked later fails', async () => {
    const { journal, told } = await openJournal(temporaryFolder(), {}, threadThat('process.exit(1)'));
    await expect(journal.state()).rejects.toThrow('the journal thread ended');
    expect(told.calm).toEqual(['failed: the journal thread ended']);
    await expect(journal.state()).rejects.toThrow('the journal thread ended');
    await expect(journal.close()).rejects.toThrow('the journal thread ended');
  });

  test('at the start is an error of opening', async () => {
    await expect(openJournal(temporaryFolder(), {}, new URL('data:text/javascript,process.exit(1)'))).rejects.toThrow();
  });
});

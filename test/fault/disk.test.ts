import { randomBytes } from 'node:crypto';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { crc16 } from '../../src/telegram/crc16.ts';
import { record } from '../support/findings.ts';
import { print } from '../support/meter-line.ts';
import { asText, endpointsOf, stampsAt, telegramsAt, test, type Scene } from '../support/scene.ts';
import { until, type Service } from '../support/service.ts';
import { describeOnSmallDisk, SmallDisk } from '../support/small-disk.ts';

/** Below 64 MB free the journal leaves a disk to others. */
const DISK_MB = 100;
/** So many telegrams of 12 kB, half of which is noise, are more than 10 MB on disk. */
const BULKY = 2_000;
/** What the promise is: accepted again within 10 s after there is room. */
const RESUMED_WITHIN_MS = 10_000;

describeOnSmallDisk('a full disk', () => {
  test('before the start: reading begins, what comes is kept in memory and delivered once there is room', async ({
    scene,
  }) => {
    const disk = new SmallDisk(DISK_MB);
    disk.fill();
    const { server, line, config } = await setUp(scene);
    const service = await scene.service({ config, stateDir: join(disk.folder, 'state') });
    await line.opened();
    const telegrams = scene.telegrams(20);
    await print(line, telegrams, 20);
    await until(async () => (await service.health()).unaccepted === 20, 10_000);

    expect(service.lines).toContainEqual(
      expect.stringMatching(/journal: .*disk.*; telegrams wait in memory meanwhile/),
    );
    expect((await service.health()).problems).toContainEqual(
      expect.stringMatching(/^journal: .*free some space; 20 telegrams wait in memory$/),
    );
    expect(server.rows).toEqual([]);
    const recoveredInMs = await timeUntil(
      () => disk.free(),
      () => server.rows.length === 20,
    );

    expect(telegramsAt(server)).toEqual(asText(telegrams));
    expect(service.lines).toContainEqual(expect.stringContaining('journal: writing again'));
    expect(recoveredInMs).toBeLessThan(RESUMED_WITHIN_MS);
    record({ fault: 'disk full before the start', tried: 1, lost: 0, twice: 0, outOfOrder: 0, recoveredInMs });
  });

  test('before the start, and a stop meanwhile: it ends in order and says how many telegrams that cost', async ({
    scene,
  }) => {
    const disk = new SmallDisk(DISK_MB);
    disk.fill();
    const { line, config } = await setUp(scene);
    const service = await scene.service({ config, stateDir: join(disk.folder, 'state') });
    await line.opened();
    await print(line, scene.telegrams(7), 10);
    await until(async () => (await service.health()).unaccepted === 7, 10_000);

    expect(await service.stop()).toBe(0);
    expect(service.lines.slice(-2)).toEqual([
      expect.stringMatching(/source meter: 7 telegrams only in memory lost with this stop$/),
      expect.stringMatching(/stopped$/),
    ]);
  });

  test('while it runs: what was accepted is delivered, what comes waits in memory, and goes on by itself', async ({
    scene,
  }) => {
    const disk = new SmallDisk(DISK_MB);
    const { server, line, config } = await setUp(scene);
    await server.stop();
    const service = await scene.service({ config, stateDir: join(disk.folder, 'state') });
    await line.opened();
    const telegrams = scene.telegrams(100);
    await print(line, telegrams.slice(0, 30), 10);
    await until(async () => (await service.outbox())[0]?.waiting === 30, 10_000);
    disk.fill();
    // The room that the file has inside, and the reserve, come first.
    let printed = 30;
    while (!service.lines.some((text) => text.includes('telegrams wait in memory meanwhile')) && printed < 90)
      await print(line, telegrams.slice(printed, ++printed), 0).then(() => wait(300));

    await server.start();
    await until(() => server.rows.length >= 30, 30_000);
    const accepted = (await service.health()).sources[0]?.accepted ?? 0;
    await until(() => server.rows.length === accepted, 10_000);
    await print(line, telegrams.slice(printed), 10);
    await until(async () => (await read(service)) === 100, 10_000);
    expect((await service.health()).unaccepted).toBe(100 - accepted);
    const recoveredInMs = await timeUntil(
      () => disk.free(),
      () => server.rows.length === 100,
    );

    expect(telegramsAt(server)).toEqual(asText(telegrams));
    expect(recoveredInMs).toBeLessThan(RESUMED_WITHIN_MS);
    record({ fault: 'disk filled by others', tried: 1, lost: 0, twice: 0, outOfOrder: 0, recoveredInMs });
  });

  test('by the journal itself: the oldest that nobody took are dropped, counted, and the newest are delivered', async ({
    scene,
  }) => {
    const disk = new SmallDisk(DISK_MB);
    const { server, line, config } = await setUp(scene);
    await server.stop();
    const journal = { maxSize: '10 MB', keepSize: '1 MB' };
    const endpoints = config.endpoints.map((endpoint) => ({ ...endpoint, backlog: { thin: '0s' } }));
    const stateDir = join(disk.folder, 'state');
    const service = await scene.service({ config: { ...config, endpoints, journal }, stateDir });
    await line.opened();
    const telegrams = scene.telegrams(BULKY).map(bulky);
    await print(line, telegrams, 5);
    await until(async () => (await counts(service)).total === BULKY, 60_000);
    await server.start();
    await until(async () => (await counts(service)).waiting === 0, 60_000);
    const { dropped, delivered } = await counts(service);

    // What was in hand when it was dropped arrives all the same, and is not counted as dropped.
    expect(dropped).toBeGreaterThan(0);
    expect(dropped + delivered).toBe(BULKY);
    expect(stampsAt(server)).toEqual(stampsAt(server).toSorted((a, b) => a - b));
    expect(telegramsAt(server)).toHaveLength(delivered);
    expect(telegramsAt(server).slice(-1_000)).toEqual(asText(telegrams.slice(-1_000)));
    expect(service.lines).toContainEqual(
      expect.stringMatching(/that waited for it were dropped: the journal is at its/),
    );
    record({
      fault: 'journal at its size limit',
      tried: 1,
      lost: 0,
      twice: 0,
      outOfOrder: 0,
      note: `${dropped} dropped, counted`,
    });
  }, 120_000);

  test('longer than memory lasts: the oldest are lost, and the log and health say how many', async ({ scene }) => {
    const disk = new SmallDisk(DISK_MB);
    disk.fill();
    const { server, line, config } = await setUp(scene);
    const service = await scene.service({ config, stateDir: join(disk.folder, 'state') });
    await line.opened();
    // The waiting room holds 4 MB.
    const telegrams = scene.telegrams(5_000);
    await print(line, telegrams, 1);
    await until(async () => (await read(service)) === 5_000, 60_000);
    const [source] = (await service.health()).sources;
    const lost = source?.lost ?? 0;
    const recoveredInMs = await timeUntil(
      () => disk.free(),
      () => server.rows.length > 0,
    );
    await until(() => service.lines.some((text) => text.includes('writing again')), 10_000);

    expect(lost).toBe(5_000 - newestWithin(telegrams, 4e6));
    expect(service.lines).toContainEqual(
      expect.stringContaining(`journal: writing again; ${lost} telegrams fell out of memory before, and are lost`),
    );
    expect(telegramsAt(server)[0]).toBe(asText(telegrams)[lost]);
    expect((await service.health()).problems).toContainEqual(
      expect.stringContaining(`source meter: ${lost} telegrams lost since the start`),
    );
    const note = `${lost} lost over 4 MB, named`;
    record({
      fault: 'disk full for longer than memory lasts',
      tried: 1,
      lost: 0,
      twice: 0,
      outOfOrder: 0,
      recoveredInMs,
      note,
    });
  });

  test('during a repair: it waits for room, and then what was saved and what came meanwhile is delivered', async ({
    scene,
  }) => {
    const disk = new SmallDisk(DISK_MB);
    const stateDir = join(disk.folder, 'state');
    const { server, line, config } = await setUp(scene);
    await server.stop();
    const first = await scene.service({ config, stateDir });
    await line.opened();
    const telegrams = scene.telegrams(1_010);
    await print(line, telegrams.slice(0, 1_000), 1);
    await until(async () => (await first.outbox())[0]?.waiting === 1_000, 20_000);
    expect(await first.stop()).toBe(0);
    await zeroPageInTheMiddle(join(stateDir, 'journal.db'));
    await rm(join(stateDir, 'journal.reserve'));
    disk.fill();

    await server.start();
    const service = await scene.service({ config, stateDir });
    await line.opened();
    await print(line, telegrams.slice(1_000), 10);
    await until(async () => (await service.health()).unaccepted === 10, 10_000);
    const recoveredInMs = await timeUntil(
      () => disk.free(),
      () => server.rows.length >= 10,
    );
    await until(() => telegramsAt(server).includes(asText(telegrams).at(-1)!), 60_000);

    expect(recoveredInMs).toBeLessThan(RESUMED_WITHIN_MS);
    expect(service.lines.filter((text) => text.includes('put aside'))).toHaveLength(1);
    expect((await readdir(stateDir)).filter((name) => /\.corrupt-[^-]+(-\d\d){2}T[\d.-]+Z$/.test(name))).toHaveLength(
      1,
    );
    expect(telegramsAt(server).slice(-10)).toEqual(asText(telegrams.slice(-10)));
    record({ fault: 'disk full during a repair', tried: 1, lost: 0, twice: 0, outOfOrder: 0, recoveredInMs });
  });
});

/** A server, the line of a meter, and what the service has to be told of both. */
async function setUp(scene: Scene) {
  const [server, line] = [await scene.server(), await scene.tcpLine()];
  const endpoints = endpointsOf({ home: [server, 'v1'] }).map((endpoint) => ({ ...endpoint, rate: 'off' }));
  return { server, line, config: { source: line.source, endpoints } };
}

async function timeUntil(act: () => void, holds: () => boolean): Promise<number> {
  const startedMs = performance.now();
  act();
  await until(holds, 30_000);
  return Math.round(performance.now() - startedMs);
}

async function counts(service: Service) {
  const [home] = await service.outbox();
  if (home === undefined) throw new Error('no endpoint');
  return { ...home, total: home.waiting + home.dropped + home.delivered };
}

/** The same telegram with a message of 6,000 random bytes. */
function bulky(telegram: Buffer): Buffer {
  const [body = ''] = telegram.toString('latin1').split('!');
  const text = `${body}0-0:96.13.0(${randomBytes(6_000).toString('hex')})\r\n!`;
  return Buffer.from(`${text}${crc16(Buffer.from(text)).toString(16).toUpperCase().padStart(4, '0')}\r\n`);
}

/** How many telegrams were read: accepted, waiting or lost. */
async function read(service: Service): Promise<number> {
  const { sources, unaccepted } = await service.health();
  return sources.reduce((sum, { accepted, lost }) => sum + accepted + lost, unaccepted);
}

/** How many of the newest telegrams so many bytes hold. */
function newestWithin(telegrams: readonly Buffer[], bytes: number): number {
  let left = bytes;
  const tooMany = telegrams.toReversed().findIndex(({ length }) => (left -= length) < 0);
  return tooMany === -1 ? telegrams.length : tooMany;
}

/** Damage in the midst of the telegrams, which only reading them finds. */
async function zeroPageInTheMiddle(path: string): Promise<void> {
  const file = await open(path, 'r+');
  const { size } = await file.stat();
  await file.write(Buffer.alloc(1_024), 0, 1_024, Math.floor(size / 2 / 1_024) * 1_024);
  await file.close();
}

import { cp, mkdir, mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { createDice } from '../support/dice.ts';
import { record } from '../support/findings.ts';
import { print } from '../support/meter-line.ts';
import { asText, endpointsOf, telegramsAt, test, type Scene } from '../support/scene.ts';
import { until } from '../support/service.ts';

/** What lies in the journal when the damage strikes. */
const KEPT = 600;
const PAGE = 1_024;
/** Without the schema and the small tables, in the first pages, much is lost. */
const SCHEMA_PART = 0.3;
/** The promise: damage or not, the service is ready within this time. */
const READY_WITHIN_MS = 5_000;
const RANDOM = Number(process.env['P1_RELAY_DAMAGES'] ?? 4);

/** What is done to a journal's file, and how much of it must come through. */
interface Damage {
  readonly strike: (path: string) => Promise<unknown>;
  /** At least so many of the telegrams are delivered. */
  readonly atLeast: number;
  /** Nothing is broken: no quarantine. */
  readonly isHealthy?: boolean;
  /** How the service before it ended; stopped by default, which leaves no -wal. */
  readonly after?: Ending;
}

const DAMAGES: Readonly<Record<string, Damage>> = {
  'a page of zeros among the telegrams': {
    strike: (path) => overwrite(path, 0.5, Buffer.alloc(PAGE)),
    atLeast: KEPT - 40,
  },
  'three pages of zeros in three places': {
    strike: async (path) => {
      for (const part of [0.4, 0.6, 0.8]) await overwrite(path, part, Buffer.alloc(PAGE));
    },
    atLeast: KEPT - 120,
  },
  'a header that is noise': { strike: (path) => overwrite(path, 0, Buffer.alloc(100, 'noise')), atLeast: KEPT },
  'a first page of zeros': { strike: (path) => overwrite(path, 0, Buffer.alloc(PAGE)), atLeast: KEPT },
  'half a page cut off': {
    strike: async (path) => truncate(path, (await stat(path)).size - PAGE / 2),
    atLeast: KEPT - 60,
  },
  'the second half cut off': { strike: async (path) => truncate(path, (await stat(path)).size / 2), atLeast: KEPT / 4 },
  'a text in its place': { strike: (path) => writeFile(path, 'this is no database\n'.repeat(500)), atLeast: 0 },
  'an empty file in its place': { strike: (path) => writeFile(path, ''), atLeast: 0 },
  'no -wal, which held the newest': {
    strike: (path) => rm(`${path}-wal`),
    atLeast: 0,
    after: 'killed',
    isHealthy: true,
  },
  'a -wal that is noise': {
    strike: (path) => overwrite(`${path}-wal`, 0.2, Buffer.alloc(PAGE, 'noise')),
    atLeast: 0,
    after: 'killed',
    isHealthy: true,
  },
  'no reserve': { strike: (path) => rm(join(path, '../journal.reserve')), atLeast: KEPT, isHealthy: true },
};

const tried = { times: 0, recoveredInMs: 0, delivered: 0, silently: 0, uncounted: 0 };

afterAll(async () => {
  for (const { stateDir } of made.values()) await rm(stateDir, { recursive: true, force: true });
  const { times, recoveredInMs, delivered, silently, uncounted } = tried;
  const share = ((100 * delivered) / (times * KEPT)).toFixed(1);
  const note = `${share} % of what lay in the damaged files delivered; of the rest ${uncounted} named without a number`;
  record({ fault: 'damaged journal', tried: times, lost: silently, twice: 0, outOfOrder: 0, recoveredInMs, note });
});

describe('a journal with', () => {
  test.for(Object.entries(DAMAGES))('%s', async ([, damage], { scene }) => {
    await survives(scene, damage);
  });

  test.for(Array.from({ length: RANDOM }, (_, seed) => seed))('flipped bits (seed %i)', async (seed, { scene }) => {
    const roll = createDice(seed);
    const places = Array.from({ length: 1 + Math.floor(roll() * 3) }, () => ({
      part: roll(),
      bit: Math.floor(roll() * 8),
    }));
    const strike = async (path: string): Promise<void> => {
      const bytes = await readFile(path);
      for (const { part, bit } of places) {
        const at = Math.floor(part * bytes.length);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
      }
      await writeFile(path, bytes);
    };
    await survives(scene, { strike, atLeast: places.some(({ part }) => part < SCHEMA_PART) ? 0 : KEPT * 0.9 });
  });

  test('a folder in its place: one line names it, and the exit code is 78', async ({ scene }) => {
    const stateDir = await scene.folder();
    await mkdir(join(stateDir, 'journal.db'));
    const service = await scene.launch({ config: { source: { type: 'simulator' } }, stateDir });

    expect(await service.exited()).toBe(78);
    expect(service.lines.at(-1)).toContain(`${join(stateDir, 'journal.db')} is no file`);
  });
});

interface Kept {
  readonly stateDir: string;
  readonly telegrams: readonly Buffer[];
}

const made = new Map<Ending, Kept>();
type Ending = 'stopped' | 'killed';

/** The state directory of a service that ended with a backlog, made once. */
async function makeKept(scene: Scene, ending: Ending): Promise<Kept> {
  const stateDir = await mkdtemp(join(tmpdir(), 'p1-relay-kept-'));
  const [server, line] = [await scene.server(), await scene.tcpLine()];
  await server.stop();
  const endpoints = endpointsOf({ home: [server, 'v1'] });
  const service = await scene.service({ config: { source: line.source, endpoints }, stateDir });
  await line.opened();
  const telegrams = scene.telegrams(KEPT + 1);
  await print(line, telegrams.slice(0, KEPT), 1);
  await until(async () => (await service.outbox())[0]?.waiting === KEPT, 20_000);
  if (ending === 'killed') await service.kill();
  else expect(await service.stop()).toBe(0);
  return { stateDir, telegrams };
}

/** Damages a copy of it, and starts the service on that: twice, because the second start must find nothing any more. */
async function survives(scene: Scene, damage: Damage): Promise<void> {
  const { strike, atLeast, isHealthy = false, after = 'stopped' } = damage;
  const kept = made.get(after) ?? (await makeKept(scene, after));
  made.set(after, kept);
  const { telegrams } = kept;
  const stateDir = await scene.folder();
  await cp(kept.stateDir, stateDir, { recursive: true, filter: (path) => !path.endsWith('.sock') });
  await strike(join(stateDir, 'journal.db'));
  const [server, line] = [await scene.server(), await scene.tcpLine()];
  const endpoints = endpointsOf({ home: [server, 'v1'] }).map((endpoint) => ({
    ...endpoint,
    rate: 'off',
    verifyWindow: '1s',
  }));
  const config = { source: line.source, endpoints };

  const startedMs = performance.now();
  const service = await scene.service({ config, stateDir });
  const readyInMs = Math.round(performance.now() - startedMs);
  await line.opened();
  await print(line, telegrams.slice(-1), 0);
  const last = asText(telegrams).at(-1)!;
  await until(() => telegramsAt(server).includes(last), 30_000);
  const delivered = telegramsAt(server);
  const [home] = await service.outbox();
  expect(await service.stop()).toBe(0);
  const again = await scene.service({ config, stateDir });
  expect(await again.stop()).toBe(0);

  expect(readyInMs).toBeLessThan(READY_WITHIN_MS);
  expect(delivered).toEqual(inOrder(asText(telegrams), delivered));
  expect(delivered.length).toBeGreaterThan(atLeast);
  if (atLeast > 0) expect(home).toMatchObject({ waiting: 0 });
  const aside = (await readdir(stateDir)).filter((name) => /^journal\.db\.corrupt-.*Z$/.test(name));
  expect(service.lines.filter((text) => text.includes('put aside as'))).toHaveLength(aside.length);
  if (isHealthy) expect(aside).toEqual([]);
  expect([...again.lines].filter((text) => text.includes('damaged'))).toEqual([]);
  expect(telegramsAt(server)).toEqual(delivered);
  const missing = telegrams.length - delivered.length - (home?.dropped ?? NaN) - (home?.dead ?? NaN);
  const isNamed = service.lines.some((text) => /carried over|lost with it|is broken/.test(text));
  if (atLeast > 0) expect(missing).toBe(0);
  tried.silently += isNamed ? 0 : missing;
  tried.uncounted += isNamed ? missing : 0;
  expect(tried.silently).toBe(0);
  tried.times += 1;
  tried.delivered += delivered.length - 1;
  tried.recoveredInMs = Math.max(tried.recoveredInMs, readyInMs);
}

/** Those of all telegrams that were delivered, in their order, each once. */
function inOrder(all: readonly string[], delivered: readonly string[]): string[] {
  const given = new Set(delivered);
  return all.filter((telegram) => given.has(telegram));
}

/** Puts other bytes at this part of the file, at the beginning of a page. */
async function overwrite(path: string, part: number, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'r+');
  const { size } = await file.stat();
  await file.write(bytes, 0, bytes.length, Math.floor((size * part) / PAGE) * PAGE);
  await file.close();
}

import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { expect } from 'vitest';
import { simulateHouse } from '../../src/simulator/house.ts';
import { createDice } from '../support/dice.ts';
import { faults, type Fault } from '../support/dsmr-reader.ts';
import { record } from '../support/findings.ts';
import type { SerialLine } from '../support/meter-line.ts';
import { describeWithPty, endpointsOf, test, type Scene } from '../support/scene.ts';
import { until, type Service } from '../support/service.ts';
import { judge, stampOf, total } from '../support/verdict.ts';

// For the full form: P1_RELAY_KILLS=100.
const KILLS = Number(process.env['P1_RELAY_KILLS'] ?? 12);
const FULL = KILLS >= 100;
const SEED = Number(process.env['P1_RELAY_KILL_SEED'] ?? 30);

const EVERY_MS = 10;
/** What was written so long before a kill counts as accepted; of the rest nobody can tell, but all servers agree. */
const ACCEPTED_MS = 1_000;
/** The server with two workers: so long after its client gave up it may store a row, this often, so many times. */
const LATE = FULL
  ? { ms: 10_000, percent: 1, times: 40, window: '15s' }
  : { ms: 2_000, percent: 2, times: 2, window: '4s' };
const LONGEST_DRAIN_MS = FULL ? 1_500_000 : 120_000;

/** How long a life lasts, in milliseconds. Some outlast the window of the slow server, so that it gets on at all. */
function lifeMs(kill: number, dice: () => number): number {
  if (FULL) return kill % 10 === 0 ? 18_000 + 4_000 * dice() : 300 + 3_700 * dice();
  return kill === KILLS / 2 ? 5_000 : 300 + 1_500 * dice();
}

/** Fifteen of a hundred requests fail, in six ways. */
const FLAKY = faults.mix(SEED, [
  [4, faults.status(503)],
  [5, faults.reset({ stored: true })],
  [2, faults.status(502, { stored: true })],
  [2, faults.status(502)],
  [1, faults.reset()],
  [1, faults.exception('OperationalError', 'server closed the connection', { stored: true })],
]);

describeWithPty('kill -9', () => {
  test(
    `${KILLS} times at any moment, a hundred telegrams a second: nothing lost, corrupt, out of order or stored twice`,
    { timeout: LONGEST_DRAIN_MS + KILLS * 10_000 },
    async ({ scene }) => {
      const [flaky, halfDown, late] = [await scene.server(), await scene.server(), await scene.server()];
      const servers = [flaky, halfDown, late];
      flaky.fault = faults.onlyFor('posts', FLAKY);
      const slow = storesLate();
      late.fault = slow.fault;
      const [folder, stateDir] = [await scene.folder(), await scene.folder()];
      const link = join(folder, 'port');
      const config = {
        source: { name: 'meter', type: 'serial', port: link },
        endpoints: [
          ...endpointsOf({ flaky: [flaky, 'v1'], 'half-down': [halfDown, 'v2'] }).map((endpoint) => ({
            ...endpoint,
            verifyWindow: '1s',
          })),
          ...endpointsOf({ late: [late, 'v1'] }).map((endpoint) => ({ ...endpoint, verifyWindow: LATE.window })),
        ].map((endpoint) => ({ ...endpoint, rate: 'off', timeout: '1s' })),
      };

      const dice = createDice(SEED);
      const meter = new Meter(scene);
      const numbers = new Numbers(stateDir, join(folder, 'copy'));
      let slowestStartMs = 0;
      const start = async (): Promise<Service> => {
        const begunMs = performance.now();
        const service = await scene.service({ config, stateDir });
        slowestStartMs = Math.max(slowestStartMs, performance.now() - begunMs);
        return service;
      };
      for (let kill = 1; kill <= KILLS; kill++) {
        if (kill % 2 === 0) await halfDown.stop();
        else if (kill > 1) await halfDown.start();
        const line = await scene.serialLine(link);
        const service = await start();
        await line.opened();
        await meter.printFor(lifeMs(kill, dice), line);
        await wait(dice() * EVERY_MS);
        if (kill % 3 === 0) await meter.begin(dice(), line);
        meter.killed();
        await service.kill();
        await line.close();
        await numbers.look();
      }

      if (KILLS % 2 === 0) await halfDown.start();
      // What it does to each request it has shown by now; the backlog is long.
      flaky.fault = undefined;
      const last = await start();
      await until(async () => (await last.outbox()).every(({ waiting }) => waiting === 0), LONGEST_DRAIN_MS);
      expect(await last.stop()).toBe(0);

      const wanted = new Set([...meter.accepted, ...servers.flatMap(({ rows }) => rows.map(stampOf))]);
      const verdicts = servers.map((server) => judge(server, meter.printed, wanted));
      const { lost, twice, outOfOrder, corrupt } = total(verdicts);
      record({
        fault: 'kill -9, three servers: failing, away half of the time, storing late',
        tried: KILLS,
        lost,
        twice,
        outOfOrder,
        recoveredInMs: slowestStartMs,
        note: `${wanted.size} telegrams, ${corrupt} corrupt, ${slow.times()} stored late`,
      });
      expect(verdicts).toEqual(servers.map(() => ({ lost: 0, twice: 0, outOfOrder: 0, corrupt: 0 })));
      expect(numbers.usedTwice).toEqual([]);
      expect(meter.accepted.length).toBeGreaterThan(KILLS * 10);
      expect(slow.times()).toBe(LATE.times);
    },
  );
});

/** A server with two workers, for a small share of its letters and so many times: the client leaves, the row comes later. */
function storesLate(): { fault: Fault; times: () => number } {
  let times = 0;
  const counted =
    (fault: Fault): Fault =>
    (exchange) => {
      if (times < LATE.times) return ((times += 1), fault(exchange));
      exchange.send(exchange.handle());
    };
  const fault = faults.mix(SEED, [
    // The client gives up after its time-out of 1 s, or at once.
    [LATE.percent / 2, counted(faults.storedLate(LATE.ms + 1_000))],
    [LATE.percent / 2, counted(faults.storedLate(LATE.ms, '504'))],
  ]);
  return { fault: faults.onlyFor('posts', fault), times: () => times };
}

/** Prints on from life to life, and knows which of its telegrams must have been accepted. */
class Meter {
  /** Every telegram that was written whole, by its stamp. */
  readonly printed = new Map<number, Buffer>();
  /** Stamps of those that were written long enough before a kill. */
  readonly accepted: number[] = [];
  readonly #house: Generator<Buffer, never>;
  #stamp: number;
  #written: { stamp: number; atMs: number }[] = [];

  constructor(scene: Scene) {
    // The full form prints seven hours: no stamp may lie in the future.
    this.#stamp = scene.start.getTime() - 24 * 3_600_000;
    this.#house = simulateHouse({ start: new Date(this.#stamp), seed: SEED, phases: 3 });
  }

  async printFor(ms: number, line: SerialLine): Promise<void> {
    const begunMs = performance.now();
    for (let count = 0; performance.now() < begunMs + ms; count++) {
      const [stamp, telegram] = this.#next();
      await line.write(telegram);
      this.printed.set(stamp, telegram);
      this.#written.push({ stamp, atMs: performance.now() });
      await wait(Math.max(0, begunMs + count * EVERY_MS - performance.now()));
    }
  }

  /** Prints a part of a telegram, and never the rest. */
  async begin(part: number, line: SerialLine): Promise<void> {
    const [, telegram] = this.#next();
    await line.write(telegram.subarray(0, Math.floor((telegram.length - 1) * part)));
  }

  killed(): void {
    const killedMs = performance.now();
    const sure = this.#written.filter(({ atMs }) => killedMs - atMs >= ACCEPTED_MS);
    this.accepted.push(...sure.map(({ stamp }) => stamp));
    this.#written = [];
  }

  #next(): [stamp: number, telegram: Buffer] {
    const stamp = this.#stamp;
    this.#stamp += 1_000;
    return [stamp, this.#house.next().value];
  }
}

interface Row {
  readonly seq: number;
  readonly at: number;
  readonly crc: number;
}

/** What each sequence number in a killed service's journal stands for: always the same telegram. */
class Numbers {
  readonly usedTwice: string[] = [];
  readonly #known = new Map<number, string>();
  readonly #stateDir: string;
  readonly #copy: string;

  constructor(stateDir: string, copy: string) {
    this.#stateDir = stateDir;
    this.#copy = copy;
  }

  async look(): Promise<void> {
    // A copy: to look at it is to change it.
    await mkdir(this.#copy);
    for (const file of ['journal.db', 'journal.db-wal']) {
      await copyFile(join(this.#stateDir, file), join(this.#copy, file));
    }
    const db = new Sqlite(join(this.#copy, 'journal.db'));
    for (const { seq, at, crc } of db.prepare<[], Row>('SELECT seq, at, crc FROM telegram').all()) {
      const known = this.#known.get(seq) ?? `${at} ${crc}`;
      if (known !== `${at} ${crc}`) this.usedTwice.push(`${seq}: ${known}, then ${at} ${crc}`);
      this.#known.set(seq, known);
    }
    db.close();
    await rm(this.#copy, { recursive: true });
  }
}

import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { Database } from '../../src/storage/database.ts';
import { simulateHouse } from '../../src/simulator/house.ts';
import { createDice } from '../support/dice.ts';
import { faults, type Fault } from '../support/dsmr-reader.ts';
import { record } from '../support/findings.ts';
import type { MeterLine } from '../support/meter-line.ts';
import { describeWithPty } from '../support/pty.ts';
import { endpointsOf, test, type Scene } from '../support/scene.ts';
import { until, type Service } from '../support/service.ts';
import { judge, stampOf, total } from '../support/verdict.ts';

// For the full form: P1_RELAY_KILLS=100.
const KILLS = Number(process.env['P1_RELAY_KILLS'] ?? 12);
const FULL = KILLS >= 100;
const SEED = Number(process.env['P1_RELAY_KILL_SEED'] ?? 30);

const EVERY_MS = 10;
/** How often the service is asked how many telegrams it has accepted. */
const ASK_MS = 50;
/** What was sent to it so long before a kill must have been accepted, whatever it says. */
const ACCEPTED_MS = 2_000;
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
      const quick = { rate: 'off', timeout: '1s' };
      const endpoints = [
        ...endpointsOf({ flaky: [flaky, 'v1'], 'half-down': [halfDown, 'v2'] }, { ...quick, verifyWindow: '1s' }),
        ...endpointsOf({ late: [late, 'v1'] }, { ...quick, verifyWindow: LATE.window }),
      ];

      const dice = createDice(SEED);
      const meter = new Meter(scene);
      const numbers = new Numbers(stateDir, join(folder, 'copy'));
      let slowestStartMs = 0;
      const start = async ({ source }: MeterLine): Promise<Service> => {
        const begunMs = performance.now();
        const service = await scene.service({ config: { source, endpoints }, stateDir });
        slowestStartMs = Math.max(slowestStartMs, performance.now() - begunMs);
        return service;
      };
      for (let kill = 1; kill <= KILLS; kill++) {
        if (kill % 2 === 0) await halfDown.stop();
        else if (kill > 1) await halfDown.start();
        const isSerial = kill % 3 === 0;
        const line = isSerial ? await scene.serialLine(join(folder, 'port')) : await scene.tcpLine();
        const service = await start(line);
        await line.opened();
        const life = meter.beginLife(service, isSerial);
        await meter.printFor(lifeMs(kill, dice), line);
        await wait(dice() * EVERY_MS);
        if (kill % 4 === 0) await meter.printHalf(line);
        life.killedMs = performance.now();
        await service.kill();
        await life.ended();
        await line.close();
        await numbers.look();
      }

      if (KILLS % 2 === 0) await halfDown.start();
      // What it does to each request it has shown by now; the backlog is long.
      flaky.fault = undefined;
      const last = await start(await scene.tcpLine());
      await until(async () => (await last.outbox()).every(({ waiting }) => waiting === 0), LONGEST_DRAIN_MS);
      expect(await last.stop()).toBe(0);

      // A telegram that one of them has was accepted: all must have it.
      const stored = new Set(servers.flatMap(({ rows }) => rows.map(stampOf)));
      const wanted = new Set([...stored, ...meter.lives.flatMap((life) => life.sure())]);
      const verdicts = servers.map((server) => judge(server, meter.printed, wanted));
      const { lost, twice, outOfOrder, corrupt } = total(verdicts);
      const broken = meter.lives.map((life) => life.brokenPromises(stored));
      record({
        fault: 'kill -9, three servers: failing, away half of the time, storing late',
        tried: KILLS,
        lost: lost + sum(broken),
        twice,
        outOfOrder,
        recoveredInMs: slowestStartMs,
        note: `${wanted.size.toLocaleString('en')} telegrams, ${corrupt} corrupt, ${slow.times()} stored late`,
      });
      expect(verdicts).toEqual(servers.map(() => ({ lost: 0, twice: 0, outOfOrder: 0, corrupt: 0 })));
      expect(sum(broken)).toBe(0);
      expect(numbers.usedTwice).toEqual([]);
      expect(sum(meter.lives.map(({ accepted }) => accepted))).toBeGreaterThan(wanted.size / 2);
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

/** Prints on from life to life of the service. */
class Meter {
  /** Every telegram that was written, by its stamp. */
  readonly printed = new Map<number, Buffer>();
  readonly lives: Life[] = [];
  readonly #house: Generator<Buffer, never>;
  #stamp: number;

  constructor(scene: Scene) {
    // The full form prints seven hours: no stamp may lie in the future.
    this.#stamp = scene.start.getTime() - 24 * 3_600_000;
    this.#house = simulateHouse({ start: new Date(this.#stamp), seed: SEED, phases: 3 });
  }

  beginLife(service: Service, isSerial: boolean): Life {
    const life = new Life(service, isSerial);
    this.lives.push(life);
    return life;
  }

  async printFor(ms: number, line: MeterLine): Promise<void> {
    const begunMs = performance.now();
    for (let count = 0; performance.now() < begunMs + ms; count++) {
      await line.write(this.#next());
      await wait(Math.max(0, begunMs + count * EVERY_MS - performance.now()));
    }
  }

  /** Begins a telegram whose end is never printed. */
  async printHalf(line: MeterLine): Promise<void> {
    const telegram = this.#next();
    await line.write(telegram.subarray(0, telegram.length / 2));
  }

  #next(): Buffer {
    const telegram = this.#house.next().value;
    this.printed.set(this.#stamp, telegram);
    this.lives.at(-1)!.written.push({ stamp: this.#stamp, atMs: performance.now() });
    this.#stamp += 1_000;
    return telegram;
  }
}

/** What a service was sent, and what it said of that while it lived. */
class Life {
  readonly written: { stamp: number; atMs: number }[] = [];
  accepted = 0;
  killedMs = 0;
  readonly #isSerial: boolean;
  readonly #asking: Promise<void>;

  constructor(service: Service, isSerial: boolean) {
    this.#isSerial = isSerial;
    this.#asking = this.#ask(service);
  }

  async ended(): Promise<void> {
    await this.#asking;
  }

  /**
   * Stamps of what must have been accepted, whatever the service says. Nothing of a serial line: what is printed eight
   * times as fast as 115200 baud waits in the line.
   */
  sure(): number[] {
    const written = this.#isSerial ? [] : this.written;
    return written.filter(({ atMs }) => this.killedMs - atMs >= ACCEPTED_MS).map(({ stamp }) => stamp);
  }

  /** How many it called accepted, and are nowhere. */
  brokenPromises(stored: ReadonlySet<number>): number {
    return Math.max(0, this.accepted - this.written.filter(({ stamp }) => stored.has(stamp)).length);
  }

  async #ask(service: Service): Promise<void> {
    while (service.isRunning) {
      const health = await service.health().catch(() => undefined);
      this.accepted = health?.sources[0]?.accepted ?? this.accepted;
      await wait(ASK_MS);
    }
  }
}

const sum = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

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
    const db = new Database(join(this.#copy, 'journal.db'));
    for (const { seq, at, crc } of db.prepare<[], Row>('SELECT seq, at, crc FROM telegram').all()) {
      const known = this.#known.get(seq) ?? `${at} ${crc}`;
      if (known !== `${at} ${crc}`) this.usedTwice.push(`${seq}: ${known}, then ${at} ${crc}`);
      this.#known.set(seq, known);
    }
    db.close();
    await rm(this.#copy, { recursive: true });
  }
}

import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { fillJournal, telegrams } from '../bench/house.ts';
import { memoryOf } from '../bench/process-figures.ts';
import { median, percentile } from '../bench/statistics.ts';
import { CountingServer } from '../support/counting-server.ts';
import { record } from '../support/findings.ts';
import type { MeterLine } from '../support/meter-line.ts';
import { test, type Scene } from '../support/scene.ts';
import { until } from '../support/service.ts';

// For the full form, fourteen days at one telegram a second: P1_RELAY_OUTAGE=1.
const FULL = process.env['P1_RELAY_OUTAGE'] === '1';
const WAITING = FULL ? 14 * 86_400 : 20_000;
const WATCHED_MS = FULL ? 120_000 : 4_000;
const EVERY_MS = 100;
const LONGEST_DRAIN_MS = FULL ? 45 * 60_000 : 120_000;

const MOST_BYTES = 120 * 2 ** 20;
/** Between the second and the last quarter of the time that it was watched; a short one is a process warming up. */
const FLAT_BYTES = (FULL ? 4 : 20) * 2 ** 20;

test(
  `an endpoint that was down for ${WAITING} telegrams has all of them in the end; the other never waits, memory stays`,
  { timeout: LONGEST_DRAIN_MS + 900_000 },
  async ({ scene }) => {
    const [down, other] = [await counting(scene), await counting(scene)];
    await down.stop();
    const [line, stateDir] = [await scene.tcpLine(), await scene.folder()];
    const printed = telegrams(Infinity);
    fillJournal(stateDir, 'down', take(printed, WAITING));

    const begunMs = performance.now();
    const endpoints = Object.entries({ down, other }).map(([name, { url }]) => ({ name, url, ...NO_LIMIT }));
    const service = await scene.service({ stateDir, config: { source: line.source, endpoints } });
    const readyMs = performance.now() - begunMs;
    await line.opened();
    const [meter, rss] = [new Meter(line, printed, other), new Samples(() => memoryOf(service.pid).rss)];
    await wait(WATCHED_MS);
    expect(down.count).toBe(0);

    const backMs = performance.now();
    await down.start();
    await until(() => down.count >= WAITING, LONGEST_DRAIN_MS);
    await meter.stop();
    await until(async () => (await service.outbox()).every(({ waiting }) => waiting === 0), 60_000);
    const drainedMs = performance.now() - backMs;
    rss.stop();
    expect(await service.stop()).toBe(0);

    const figures = { delayMs: percentile(meter.delaysMs, 0.99), readyMs, ...rss.figures() };
    record({
      fault: `an endpoint down for ${WAITING.toLocaleString('en')} telegrams`,
      tried: 1,
      lost: down.missing + other.missing + (WAITING + meter.count - down.count) + (meter.count - other.count),
      twice: down.twice + other.twice,
      outOfOrder: down.outOfOrder + other.outOfOrder,
      recoveredInMs: drainedMs,
      note: `${inWords(figures)}; drained at ${((down.count / drainedMs) * 1_000).toFixed(0)} a second`,
    });
    expect(down).toMatchObject({ count: WAITING + meter.count, twice: 0, outOfOrder: 0, missing: 0 });
    expect(other).toMatchObject({ count: meter.count, twice: 0, outOfOrder: 0, missing: 0 });
    expect(figures.most).toBeLessThan(MOST_BYTES);
    expect(figures.growth).toBeLessThan(FLAT_BYTES);
    expect(figures.delayMs).toBeLessThan(2_000);
    // A bound on a hang: how soon it is ready on a machine of its own is a figure of the long form.
    expect(figures.readyMs).toBeLessThan(20_000);
  },
);

const NO_LIMIT = { type: 'dsmr-v1', key: 'a-key', rate: 'off' };

async function counting(scene: Scene): Promise<CountingServer> {
  const server = await new CountingServer().start();
  scene.atEnd(() => server.stop());
  return server;
}

function* take<T>(items: Iterator<T, void>, count: number): Generator<T> {
  for (let taken = 0; taken < count; taken++) yield items.next().value as T;
}

/** Prints until it is stopped, and measures how long each telegram takes to a far side that gets them from the first on. */
class Meter {
  readonly delaysMs: number[] = [];
  count = 0;
  readonly #writtenMs: number[] = [];
  readonly #stopped = new AbortController();
  readonly #printing: Promise<void>;

  constructor(line: MeterLine, telegrams: Iterator<Buffer, void>, farSide: CountingServer) {
    farSide.onLetter = () => this.delaysMs.push(performance.now() - this.#writtenMs[this.delaysMs.length]!);
    this.#printing = this.#print(line, telegrams);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#printing;
  }

  async #print(line: MeterLine, telegrams: Iterator<Buffer, void>): Promise<void> {
    for (const telegram of take(telegrams, Infinity)) {
      if (this.#stopped.signal.aborted) return;
      this.count += 1;
      this.#writtenMs.push(performance.now());
      await line.write(telegram);
      await wait(EVERY_MS);
    }
  }
}

/** A figure, looked at four times a second. */
class Samples {
  readonly #values: number[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(look: () => number) {
    this.#timer = setInterval(() => this.#values.push(look()), 250);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  figures(): { most: number; growth: number } {
    const quarter = (nth: number): number =>
      median(this.#values.slice((this.#values.length * (nth - 1)) / 4, (this.#values.length * nth) / 4));
    return { most: Math.max(...this.#values), growth: quarter(4) - quarter(2) };
  }
}

function inWords({
  most,
  growth,
  delayMs,
  readyMs,
}: Record<'most' | 'growth' | 'delayMs' | 'readyMs', number>): string {
  const mb = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MB`;
  const delay = `p99 to the other endpoint ${delayMs.toFixed(0)} ms`;
  return `RSS at most ${mb(most)}, ${mb(growth)} more in the last quarter than in the second; ${delay}; ready in ${readyMs.toFixed(0)} ms`;
}

import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { expect } from 'vitest';
import { faults, type DsmrReader } from '../support/dsmr-reader.ts';
import { createDice } from '../support/dice.ts';
import type { SerialLine } from '../support/meter-line.ts';
import { describeWithPty, endpointsOf, stampsAt, test, type Scene } from '../support/scene.ts';
import { until } from '../support/service.ts';

const KILLS = 30;
const EVERY_MS = 100;
/** What was written so long before a kill counts as accepted. */
const ACCEPTED_MS = 1_000;
/** How many letters may go again behind a kill, on average: what was taken since cursors were written the last time. */
const UNCONFIRMED = 5;

describeWithPty('kill -9', () => {
  test(
    '30 times at any moment, servers failing: no accepted telegram is lost, none out of order, no number used twice',
    { timeout: 240_000 },
    async ({ scene }) => {
      const [flaky, halfDown] = [await scene.server(), await scene.server()];
      flaky.fault = faults.share(15, 9, faults.status(503));
      const [folder, stateDir] = [await scene.folder(), await scene.folder()];
      const link = join(folder, 'port');
      const config = {
        source: { name: 'meter', type: 'serial', port: link },
        endpoints: endpointsOf({ flaky: [flaky, 'v1'], 'half-down': [halfDown, 'v2'] }),
      };

      const dice = createDice(30);
      const meter = new Meter(scene);
      const numbers = new Map<number, string>();
      for (let kill = 1; kill <= KILLS; kill++) {
        if (kill % 2 === 0) await halfDown.stop();
        else if (kill > 1) await halfDown.start();
        const line = await scene.serialLine(link);
        const service = await scene.service({ config, stateDir });
        await line.opened();
        await meter.printFor(ACCEPTED_MS * (0.8 + dice()), line);
        await wait(dice() * EVERY_MS);
        meter.killed();
        await service.kill();
        await line.close();
        await checkNumbers(stateDir, join(folder, `copy-${kill}`), numbers);
      }

      await halfDown.start();
      const last = await scene.service({ config, stateDir });
      await until(() => holdsAll(flaky, meter.accepted) && holdsAll(halfDown, meter.accepted), 60_000);
      await until(async () => (await last.outbox()).every(({ waiting }) => waiting === 0), 30_000);

      expect(await last.stop()).toBe(0);
      expect(meter.accepted.length).toBeGreaterThan(KILLS);
      for (const server of [flaky, halfDown]) {
        const [stamps, first] = [stampsAt(server), firstsOf(stampsAt(server))];
        expect(first).toEqual(first.toSorted((a, b) => a - b));
        expect(stamps.length - first.length).toBeLessThan(KILLS * UNCONFIRMED);
      }
      expect(firstsOf(stampsAt(flaky))).toEqual(firstsOf(stampsAt(halfDown)));
    },
  );
});

/** Prints on from service to service, and knows which of its telegrams must have been accepted. */
class Meter {
  /** Stamps of the telegrams that were written long enough before a kill. */
  readonly accepted: number[] = [];
  readonly #telegrams: Buffer[];
  readonly #stamps: number[];
  #written: { stamp: number; atMs: number }[] = [];

  constructor(scene: Scene) {
    const count = Math.ceil((KILLS * 2 * ACCEPTED_MS) / EVERY_MS);
    this.#telegrams = scene.telegrams(count);
    this.#stamps = scene.stamps(count);
  }

  async printFor(ms: number, line: SerialLine): Promise<void> {
    const endMs = performance.now() + ms;
    while (performance.now() < endMs) {
      await line.write(this.#telegrams.shift()!);
      this.#written.push({ stamp: this.#stamps.shift()!, atMs: performance.now() });
      await wait(EVERY_MS);
    }
  }

  killed(): void {
    const killedMs = performance.now();
    const sure = this.#written.filter(({ atMs }) => killedMs - atMs >= ACCEPTED_MS);
    this.accepted.push(...sure.map(({ stamp }) => stamp));
    this.#written = [];
  }
}

interface Row {
  readonly seq: number;
  readonly at: number;
  readonly crc: number;
}

/** What a killed service left in its journal: each sequence number stands for the telegram that it always stood for. */
async function checkNumbers(stateDir: string, folder: string, known: Map<number, string>): Promise<void> {
  // A copy: to look at it is to change it.
  await mkdir(folder);
  for (const file of ['journal.db', 'journal.db-wal']) await copyFile(join(stateDir, file), join(folder, file));
  const db = new Sqlite(join(folder, 'journal.db'));
  for (const { seq, at, crc } of db.prepare<[], Row>('SELECT seq, at, crc FROM telegram').all()) {
    expect(`${seq}: ${known.get(seq) ?? `${at} ${crc}`}`).toBe(`${seq}: ${at} ${crc}`);
    known.set(seq, `${at} ${crc}`);
  }
  db.close();
}

function holdsAll(server: DsmrReader, stamps: readonly number[]): boolean {
  const held = new Set(stampsAt(server));
  return stamps.every((stamp) => held.has(stamp));
}

/** Each value where it stands first. */
function firstsOf(values: readonly number[]): number[] {
  return [...new Set(values)];
}

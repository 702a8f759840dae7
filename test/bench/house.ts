import { join } from 'node:path';
import { JournalStore } from '../../src/journal/store.ts';
import { simulateHouse } from '../../src/simulator/house.ts';

const START = new Date('2026-01-20T06:00:00Z');

/** The first telegrams of one and the same simulated house: three phases, gas, 912 bytes each. */
export function* telegrams(count: number): Generator<Buffer, void> {
  const house = simulateHouse({ start: START, seed: 1, phases: 3 });
  for (let taken = 0; taken < count; taken++) yield house.next().value;
}

/** Fills a state directory with telegrams of the source `meter` that wait for an endpoint. */
export function fillJournal(stateDir: string, endpoint: string, raws: Iterable<Buffer>): void {
  const store = new JournalStore({
    path: join(stateDir, 'journal.db'),
    endpoints: [{ name: endpoint, source: 'meter' }],
    keepMs: Infinity,
    keepBytes: Infinity,
    maxBytes: 2e9,
    syncIntervalMs: 10_000,
  });
  for (const batch of batches(raws, 500)) {
    store.append(batch.map((raw) => ({ source: 'meter', at: START.getTime(), checksum: 'valid', raw })));
  }
  store.close();
}

function* batches<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    if (batch.push(item) < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

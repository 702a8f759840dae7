import fc from 'fast-check';
import { test } from 'vitest';
import { JournalModel, MODES, PLACES } from '../support/journal-model.ts';
import { record } from '../support/findings.ts';
import { stopTheClock } from '../support/outbox.ts';

// For a long run: P1_RELAY_MODEL_RUNS=10000; another seed finds other cases.
const seed = Number(process.env['P1_RELAY_MODEL_SEED'] ?? 20_260_105);
const numRuns = Number(process.env['P1_RELAY_MODEL_RUNS'] ?? 60);
const LONGEST_RUN_MS = 24 * 3_600_000;

type Act = (model: JournalModel) => void | Promise<void>;

const endpoint = fc.nat(PLACES.length - 1);
const waits = fc.constantFrom(1, 50, 1_000, 20_000, 90_000);
const limits = fc.constantFrom(200_000, 300_000, 1e9);

/** What can happen, and how often. */
const step = fc.oneof(
  weigh(
    8,
    fc.tuple(fc.integer({ min: 1, max: 400 }), fc.constantFrom('house', 'barn')),
    'append',
    (model, [count, source]) => model.append(count, source),
  ),
  weigh(8, waits, 'wait', (model, ms) => model.wait(ms)),
  weigh(6, fc.tuple(endpoint, fc.constantFrom(...MODES)), 'become', (model, [n, mode]) => model.become(n, mode)),
  weigh(2, endpoint, 'retry dead', (model, n) => model.retryDead(n)),
  weigh(2, fc.constant(''), 'write', (model) => model.write()),
  weigh(2, fc.constant(''), 'tidy', (model) => model.tidy()),
  weigh(2, fc.constant(''), 'crash', (model) => model.crash()),
  weigh(1, fc.constant(''), 'restart', (model) => model.restart()),
  weigh(2, limits, 'limit', (model, bytes) => model.limit(bytes)),
);

function weigh<T>(
  weight: number,
  values: fc.Arbitrary<T>,
  name: string,
  act: (model: JournalModel, value: T) => ReturnType<Act>,
) {
  const arbitrary = values.map((value) => ({
    act: (model: JournalModel) => act(model, value),
    [fc.toStringMethod]: () => `${name} ${String(value)}`,
  }));
  return { weight, arbitrary };
}

test(
  `whatever happens, no accepted letter is lost, overtaken or sent twice (seed ${seed}, ${numRuns} runs)`,
  async () => {
    stopTheClock();
    const holds = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (script) => {
      const model = new JournalModel();
      try {
        for (const { act } of script) {
          await act(model);
          model.check();
        }
        await model.end();
      } finally {
        model.close();
      }
    });
    await fc.assert(holds, { seed, numRuns });
    record({ fault: 'model of the journal: any run of events', tried: numRuns, lost: 0, twice: 0, outOfOrder: 0 });
  },
  LONGEST_RUN_MS,
);

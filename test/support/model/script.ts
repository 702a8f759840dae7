import fc from 'fast-check';
import { LISTS, MODES, QUALITIES, type List, type Mode, type Quality } from './far-side.ts';
import { JournalModel, KINDS, SOURCES, type Kind } from './journal-model.ts';

/** One thing that happens, by the name of the model's method and what it is told. */
type Step =
  | readonly ['append', number, (typeof SOURCES)[number], Quality]
  | readonly ['wait', number]
  | readonly ['become', number, Mode]
  | readonly ['list', number, List]
  | readonly ['limit', number, number]
  | readonly ['retryDead', number]
  | readonly ['replay', number, number, number, number]
  | readonly ['write' | 'tidy' | 'crash' | 'crashAndReboot' | 'restart'];

/** Two endpoints, and what happens to them. */
export type Script = readonly [readonly [Kind, Kind], readonly Step[]];

const side = fc.nat(1);
const source = fc.constantFrom(...SOURCES);
const few = fc.integer({ min: 1, max: 12 });
/** Those more often after which nobody knows what was stored. */
const modes = fc.oneof(
  fc.constantFrom(...MODES),
  fc.constantFrom<Mode>('flaky', 'answer lost', 'stored late', 'hangs after storing', 'request lost'),
);
const waits = fc.constantFrom(1, 50, 1_000, 20_000, 90_000);
const mostBytes = fc.constantFrom(250_000, 400_000, 1e9);

/** What can happen, how often. */
const CERTAIN: Weighted[] = [
  { weight: 6, arbitrary: fc.tuple(fc.constant('append'), few, source, fc.constant('plain')) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constant('append'), fc.integer({ min: 13, max: 80 }), source, fc.constant('plain')),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constant('append'), few, source, fc.constant('poison')) },
  { weight: 9, arbitrary: fc.tuple(fc.constant('wait'), waits) },
  { weight: 8, arbitrary: fc.tuple(fc.constant('become'), side, modes) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('list'), side, fc.constantFrom('shows', 'away')) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('retryDead'), side) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('replay'), side, fc.nat(60), fc.nat(120), fc.constantFrom(0, 10_000)) },
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom('write', 'tidy')) },
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom('crash', 'crash', 'crashAndReboot')) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('restart')) },
];
const UNCERTAIN: Weighted[] = [
  { weight: 2, arbitrary: fc.tuple(fc.constant('append'), few, source, fc.constantFrom(...QUALITIES)) },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constant('append'), fc.integer({ min: 5, max: 12 }), source, fc.constant('large')),
  },
  { weight: 3, arbitrary: fc.tuple(fc.constant('list'), side, fc.constantFrom(...LISTS)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('limit'), mostBytes, fc.constantFrom(20_000, Infinity)) },
];

/** More than the journal may hold. */
const CROWDED: Weighted[] = [
  ...UNCERTAIN,
  {
    weight: 20,
    arbitrary: fc.tuple(fc.constant('append'), fc.integer({ min: 5, max: 12 }), source, fc.constant('large')),
  },
  { weight: 6, arbitrary: fc.tuple(fc.constant('become'), side, fc.constantFrom<Mode>('later', 'paused', 'hangs')) },
];

interface Weighted {
  readonly weight: number;
  readonly arbitrary: fc.Arbitrary<Step>;
}

const certainKinds = fc.constantFrom<Kind>('exact', 'sparse');
const anyKind = fc.constantFrom(...(Object.keys(KINDS) as Kind[]));

/** Half of them such that each letter's fate can be known; in the others it cannot always. */
export const scripts: fc.Arbitrary<Script> = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.tuple(certainKinds, certainKinds), stepsOf(CERTAIN)) },
  { weight: 3, arbitrary: fc.tuple(fc.tuple(anyKind, anyKind), stepsOf([...CERTAIN, ...UNCERTAIN])) },
  { weight: 2, arbitrary: fc.tuple(fc.tuple(anyKind, anyKind), crowded(stepsOf([...CERTAIN, ...CROWDED]))) },
);

function crowded(steps: fc.Arbitrary<Step[]>): fc.Arbitrary<Step[]> {
  return steps.map((steps) => [['limit', 250_000, Infinity], ...steps]);
}

function stepsOf(steps: readonly Weighted[]): fc.Arbitrary<Step[]> {
  return fc.array(fc.oneof(...steps), { minLength: 5, maxLength: 40, size: 'max' });
}

/** Plays a script. @throws where a law does not hold. */
export async function play([kinds, steps]: Script): Promise<void> {
  const model = await JournalModel.begin(kinds);
  try {
    for (const [name, ...told] of steps) {
      await (model[name] as (...told: unknown[]) => void | Promise<void>).apply(model, told);
      model.check();
    }
    await model.end();
  } finally {
    await model.close();
  }
}

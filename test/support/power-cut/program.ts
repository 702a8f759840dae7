import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openJournalStore } from '../../../src/journal/open.ts';
import type { JournalStore } from '../../../src/journal/store.ts';
import type { Row } from '../../../src/journal/telegrams.ts';
import { createDice } from '../dice.ts';
import {
  deadLetterName,
  ENDPOINT_NAMES,
  journalOptions,
  MARKS,
  sourceOf,
  telegramOf,
  type Life,
  type Mark,
} from './marks.ts';

/**
 * A journal that lives fast: a program of its own, which the shim records. Everything that a service asks of its
 * journal, in the order that the dice want. It ends without a close of the journal; SQLite then closes its file itself.
 */

const life = JSON.parse(process.argv[2] ?? '') as Life;
const dice = createDice(life.seed);
const marks = openSync(join(life.folder, MARKS), 'a');
let nowMs = 0;
let nextNumber = life.firstNumber;
let store = open();

type Facts = Partial<Omit<Mark, 'when' | 'step' | 'nowMs'>>;

function mark(when: Mark['when'], step: Mark['step'], facts: Facts = {}): void {
  const acked = step === 'open' ? {} : places();
  writeSync(marks, JSON.stringify({ when, step, nowMs, acked, ...facts } satisfies Mark));
}

/** Does one step between its two marks. */
function doing<T>(step: Mark['step'], facts: Facts, work: () => T, outcome: (result: T) => Facts = () => ({})): T {
  mark('begins', step, facts);
  const result = work();
  mark('returned', step, { ...facts, ...outcome(result) });
  return result;
}

function open(): JournalStore {
  return doing('open', {}, () => openJournalStore(journalOptions(life.folder, life.syncIntervalMs, () => nowMs)).store);
}

/** `keep`: of a sender that forgets its telegram once it was told that it is on the card. */
function append(step: 'append' | 'keep'): void {
  const numbers = Array.from({ length: oneOf(1, 1, 1, 1, 1, 1, 1, 3) }, () => nextNumber++);
  const work = (): number[] => store.append(numbers.map(telegramOf), step === 'keep');
  doing(step, { numbers }, work, (seqs) => ({ seqs }));
}

/** Endpoints take some of what waits; it is written with whatever comes next. */
function take(): void {
  for (const endpoint of ENDPOINT_NAMES) {
    const letters = waitingFor(endpoint, oneOf(0, 2, 10, 30));
    store.cursors.pass(letters.map(({ seq }) => ({ endpoint, seq, how: 'delivered' })));
  }
}

function bury(): void {
  const endpoint = oneOf(...ENDPOINT_NAMES);
  const [letter] = waitingFor(endpoint, 1);
  if (letter === undefined) return;
  const work = (): void => store.bury(endpoint, { ...letter, buriedAt: nowMs, reason: 'no' });
  doing('bury', { dead: deadLetterName(endpoint, letter.seq), acked: { ...places(), [endpoint]: letter.seq } }, work);
}

function dropDead(): void {
  const [dead] = store.dead.list(undefined, 1);
  if (dead === undefined) return;
  const { endpoint, seq, id } = dead;
  doing('dropDead', { dead: deadLetterName(endpoint, seq) }, () => store.changeDead((all) => all.drop(endpoint, [id])));
}

/** The newest is kept, and what any endpoint has yet to get. */
function tidy(): void {
  const waiting = ENDPOINT_NAMES.flatMap((name) => waitingFor(name, 1));
  const newest = store.read(store.state().head - 1, 1, undefined);
  const keptFrom = Math.min(...[...waiting, ...newest].map(({ seq }) => seq));
  doing(
    'tidy',
    { keptFrom },
    () => store.tidy(0),
    () => ({ keptFrom: store.read(0, 1, undefined)[0]?.seq ?? 0 }),
  );
}

function reopen(): void {
  doing('close', {}, () => store.close());
  store = open();
}

const STEPS: readonly (readonly [share: number, step: () => void])[] = [
  [0.594, () => append('append')],
  [0.01, () => append('keep')],
  [0.15, take],
  [0.08, () => doing('write', {}, () => store.writeCursors())],
  [0.1, () => doing('sync', {}, () => store.syncIfDue())],
  [0.03, bury],
  [0.02, dropDead],
  [0.015, tidy],
  [0.001, reopen],
];

function step(): void {
  let thrown = dice();
  const [, work] = STEPS.find(([share]) => (thrown -= share) < 0) ?? STEPS[0]!;
  nowMs += dice() * 300;
  work();
}

function places(): Mark['acked'] {
  return Object.fromEntries(ENDPOINT_NAMES.map((name) => [name, ackedBy(name)]));
}

function ackedBy(name: string): number {
  return store.cursors.placeOf(name)?.acked ?? 0;
}

function waitingFor(name: string, limit: number): Row[] {
  return store.read(ackedBy(name), limit, sourceOf(name));
}

function oneOf<T>(...choices: readonly T[]): T {
  return choices[Math.floor(dice() * choices.length)]!;
}

for (let done = 0; done < life.steps; done++) step();

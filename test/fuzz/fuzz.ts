/**
 * Makes telegrams out of the samples that no meter should print, reads them, and holds every claim against what comes
 * out. What breaks one is made as short as it can be and kept in test/fixtures/fuzz, where `npm test` finds it.
 * `--minutes` (5) says how long, `--seed` where to begin: the same seed makes the same telegrams. `--case` makes one alone.
 */
import { parseArgs } from 'node:util';
import { makeCase } from './cases.ts';
import { examine, type Complaint } from './claims.ts';
import { keep } from './findings.ts';
import { shrink } from './shrink.ts';

/** Findings of one kind are one finding; after so many kinds there is enough to mend. */
const MOST_FINDINGS = 20;
/** A telegram that takes so many times as long as others of its length shows that time is not linear. */
const SLOW = 200;
const SLOWEST_TELEGRAM_MS = 20;

const { values } = parseArgs({
  options: { minutes: { type: 'string' }, seed: { type: 'string' }, case: { type: 'string' } },
});
const minutes = numberOf('minutes', values.minutes, 5);
const seed = numberOf('seed', values.seed, Math.floor(Math.random() * 2 ** 31));

let interrupted = false;
process.once('SIGINT', () => (interrupted = true));

const found = new Map<string, string>();
let [bytes, cases] = [0, 0];
const began = performance.now();
const seconds = (): number => (performance.now() - began) / 1_000;

console.log(`seed ${seed}, ${minutes} min`);
if (values.case === undefined) run();
else tryCase(numberOf('case', values.case, 0));
report();
process.exit(found.size > 0 ? 1 : 0);

function run(): void {
  while (seconds() < minutes * 60 && !interrupted && found.size < MOST_FINDINGS) tryCase(cases);
}

function tryCase(number: number): void {
  const { bytes: line, made } = makeCase(seed, number);
  const started = performance.now();
  const complaint = examine(line) ?? slowness(line, performance.now() - started);
  bytes += line.length;
  cases += 1;
  if (complaint === undefined || found.has(kindOf(complaint))) return;
  const shortest = shrink(line, (shorter) => isSame(examine(shorter), complaint));
  const file = keep(complaint.claim, shortest);
  found.set(kindOf(complaint), file);
  console.log(`case ${number} (${made.join(', ')}): ${complaint.claim}: ${complaint.about}\n  ${file}`);
}

/** Others use the machine too, so it has to be slow three times. */
function slowness(line: Buffer, ms: number): Complaint | undefined {
  const usualMs = ((seconds() * 1_000) / Math.max(bytes, 1)) * line.length;
  const isSlow = (taken: number): boolean => taken > SLOWEST_TELEGRAM_MS && taken > SLOW * usualMs;
  for (let again = 0; again < 3 && isSlow(ms); again++) {
    const started = performance.now();
    examine(line);
    ms = performance.now() - started;
  }
  return isSlow(ms) ? { claim: 'time-is-linear', about: `${line.length} bytes took ${ms.toFixed(0)} ms` } : undefined;
}

function kindOf({ claim, about }: Complaint): string {
  return `${claim} ${about.replaceAll(/\d+/g, '0')}`;
}

function isSame(one: Complaint | undefined, other: Complaint): boolean {
  return one !== undefined && kindOf(one) === kindOf(other);
}

function report(): void {
  const rate = Math.round(cases / seconds());
  console.log(`seed ${seed}: ${cases} cases, ${rate} a second, ${bytes} bytes, ${found.size} findings`);
}

function numberOf(option: string, text: string | undefined, usual: number): number {
  const number = Number(text ?? usual);
  if (Number.isFinite(number) && number >= 0) return number;
  console.error(`--${option} is ${text}; expected a number that is not negative, such as ${usual}`);
  process.exit(2);
}

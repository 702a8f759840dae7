/**
 * Runs the tests of faults in their full form, one suite after the other, prints one table of what became of the
 * telegrams and writes it to RESULTS.md. `--only NAME` (again and again) runs some, and renews only their rows.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Finding } from '../support/findings.ts';
import { describeMachine } from './soak/machine.ts';
import { isClean, merge, printTable, readResults, toRow, writeResults, type Result } from './soak/results.ts';
import { suites, type Suite } from './soak/suites.ts';

const CONFIG = join(import.meta.dirname, '../vitest.config.ts');
const VITEST = join(import.meta.dirname, '../../node_modules/vitest/vitest.mjs');

const SUITE_FAILED: Finding = { fault: '**a test failed**', tried: 0, lost: 0, twice: 0, outOfOrder: 0 };

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
const unknown = values.only?.filter((name) => suites.every((suite) => suite.name !== name)) ?? [];
if (unknown.length > 0) {
  console.error(`no suite is called ${unknown.join(', ')}; expected ${suites.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
const wanted = suites.filter(({ name }) => values.only?.includes(name) ?? true);

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());

const results: Result[] = [];
let failed = 0;
for (const suite of wanted) {
  if (interrupted.signal.aborted) process.exit(1);
  const { findings, passed } = await run(suite);
  if (!passed) failed += 1;
  const all = passed ? findings : [...findings, SUITE_FAILED];
  const date = new Date().toISOString().slice(0, 10);
  results.push(...all.map((finding) => ({ ...finding, suite: suite.name, date })));
}
await publish();
process.exit(failed === 0 && results.every(isClean) ? 0 : 1);

async function run({ name, files, env, longestMin }: Suite): Promise<{ findings: Finding[]; passed: boolean }> {
  const form = Object.entries(env).map(([variable, value]) => `${variable}=${value}`);
  console.error(`\n${[name, ...form].join(' ')}: at most ${longestMin} min`);
  const folder = mkdtempSync(join(tmpdir(), 'p1-relay-soak-'));
  try {
    const file = join(folder, 'findings');
    writeFileSync(file, '');
    const code = await vitest(files, { ...env, P1_RELAY_FINDINGS: file }, longestMin * 60_000);
    const findings = readFileSync(file, 'utf8').split('\n').filter(Boolean);
    return { findings: findings.map((line) => JSON.parse(line) as Finding), passed: code === 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns its exit code; null where it took too long. */
async function vitest(
  files: readonly string[],
  env: Record<string, string>,
  longestMs: number,
): Promise<number | null> {
  const args = [VITEST, 'run', '--config', CONFIG, '--no-file-parallelism', ...files];
  // In a group of its own: the services that its tests started end with it.
  const child = spawn(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env }, detached: true });
  const stop = (): void => void process.kill(-child.pid!, 'SIGKILL');
  const tooLong = setTimeout(stop, longestMs);
  interrupted.signal.addEventListener('abort', stop, { once: true });
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(tooLong);
  interrupted.signal.removeEventListener('abort', stop);
  return code;
}

/** Figures of two machines do not go into one table. */
async function publish(): Promise<void> {
  const machine = describeMachine();
  const before = readResults();
  const measured = results.map(toRow);
  const kept = values.only === undefined ? [] : before.rows;
  const rows = merge(
    kept,
    measured,
    suites.map(({ name }) => name),
  );
  console.log(`\n${machine}\n\n${await printTable(measured)}`);
  if (values.only !== undefined && before.machine !== undefined && before.machine !== machine) {
    console.error(
      `RESULTS.md is of another machine (${before.machine}) and stays as it is; run all suites to renew it`,
    );
  } else {
    await writeResults(machine, rows);
  }
}

import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import type { Finding } from '../../support/findings.ts';

/** One row of the table. */
export interface Result extends Finding {
  readonly suite: string;
  /** The day, `2026-01-31`. */
  readonly date: string;
}

const HEAD = ['suite', 'fault', 'tried', 'lost', 'twice', 'out of order', 'recovered in', 'beside', 'date'];
const FILE = new URL('../RESULTS.md', import.meta.url);

/** Whether nothing went wrong. */
export const isClean = ({ lost, twice, outOfOrder }: Finding): boolean => lost === 0 && twice === 0 && outOfOrder === 0;

/** The table, as Markdown. */
export async function printTable(rows: readonly string[][]): Promise<string> {
  const lines = [HEAD, HEAD.map((_, column) => (column >= 2 && column <= 5 ? '--:' : '--')), ...rows];
  return format(lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n'), { parser: 'markdown' });
}

export function toRow({ suite, fault, tried, lost, twice, outOfOrder, recoveredInMs, note, date }: Result): string[] {
  const counts = [tried, lost, twice, outOfOrder].map((count) => count.toLocaleString('en'));
  const recovered = recoveredInMs === undefined ? '' : `${(recoveredInMs / 1_000).toFixed(1)} s`;
  return [suite, fault, ...counts, recovered, note ?? '', date].map((cell) => cell.replaceAll('|', '/'));
}

/** The rows of these suites in the place of those that they had; suites in this order. */
export function merge(kept: readonly string[][], measured: readonly string[][], suites: readonly string[]): string[][] {
  const again = new Set(measured.map(([suite]) => suite));
  const rows = [...kept.filter(([suite]) => !again.has(suite)), ...measured];
  return suites.flatMap((suite) => rows.filter(([name]) => name === suite));
}

/** What RESULTS.md says: of which machine, and its rows. Nothing where there is no such file. */
export function readResults(): { machine: string | undefined; rows: string[][] } {
  const lines = readIfThere().split('\n');
  const machine = lines.find((line) => line.startsWith('Machine: '))?.slice('Machine: '.length);
  const table = lines.filter((line) => line.startsWith('|')).slice(2);
  return {
    machine,
    rows: table.map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    ),
  };
}

export async function writeResults(machine: string, rows: readonly string[][]): Promise<void> {
  const text = `# What the faults did

Written by \`npm run test:soak\`: every fault, how often it was tried, and what became of the telegrams. Three columns have
to be 0.

Machine: ${machine}

${await printTable(rows)}`;
  writeFileSync(FILE, await format(text, { parser: 'markdown' }));
}

function readIfThere(): string {
  try {
    return readFileSync(FILE, 'utf8');
  } catch {
    return '';
  }
}

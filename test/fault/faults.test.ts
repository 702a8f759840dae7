import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** A row of FAULTS.md. */
interface Fault {
  readonly number: number;
  readonly about: string;
  readonly shownBy: readonly { readonly file: string; readonly name: string }[];
}

const TESTS = new URL('../', import.meta.url);
const PROOF = /^`(\S+\.test\.ts) › (.*)`$/;

const faults: readonly Fault[] = readFileSync(new URL('FAULTS.md', import.meta.url), 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter(([, number = '']) => /^\d+$/.test(number))
  .map(([, number, , about = '', proofs = '']) => ({ number: Number(number), about, shownBy: readProofs(proofs) }));

function readProofs(cell: string): Fault['shownBy'] {
  return cell === '' ? [] : cell.split(/(?<=`), (?=`)/).map(readProof);
}

function readProof(text: string): { file: string; name: string } {
  const [, file = '', name = ''] = PROOF.exec(text) ?? [];
  return { file, name };
}

test('each of the 56 faults has its row', () => {
  expect(faults.map(({ number }) => number)).toEqual(Array.from({ length: 56 }, (_, index) => index + 1));
});

test.each(faults)('fault $number is shown by a test that is there, or cannot be seen', ({ about, shownBy }) => {
  if (shownBy.length === 0) expect(about).toMatch(/^Not to be seen/);
  for (const { file, name } of shownBy) {
    expect(file).not.toBe('');
    const path = new URL(file, TESTS);
    expect(existsSync(path), `${file} is there`).toBe(true);
    expect(hasTest(readFileSync(path, 'utf8'), name), `${file} has "${name}"`).toBe(true);
  }
});

/** Whether the name stands there as a text: the name of a test, or a row of its table. */
function hasTest(code: string, name: string): boolean {
  return ["'", '"', '`'].some((quote) => code.includes(quote + name + quote));
}

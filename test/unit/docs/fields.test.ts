import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fieldRows } from '../../../src/reading/field-rows.ts';
import { withFieldTables } from '../../support/fields-docs.ts';

const README = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

test('the tables of fields in the README are those of the program: npm run schema writes them', () => {
  expect(README).toBe(withFieldTables(README));
});

test('a README without a place for them is named', () => {
  expect(() => withFieldTables('# none')).toThrow('README.md has no <!-- fields -->');
});

test('the table of meters has one row for each country that prints a field', () => {
  const [, table = ''] = /\n\| country \|.*\n\| ---.*\n([^]*?)\n\n/.exec(README) ?? [];
  const rows = table.split('\n').map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const countries = rows.flatMap(([codes = '']) => codes.split(', '));
  expect(countries.sort()).toEqual([...new Set(fieldRows().flatMap((row) => row.countries))].sort());
  expect(rows.filter((cells) => cells.length !== 4 || cells.includes(''))).toEqual([]);
});

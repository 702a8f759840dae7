import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withFieldTables } from '../../support/fields-docs.ts';

const README = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

test('the tables of fields in the README are those of the program: npm run schema writes them', () => {
  expect(README).toBe(withFieldTables(README));
});

test('a README without a place for them is named', () => {
  expect(() => withFieldTables('# none')).toThrow('README.md has no <!-- fields -->');
});

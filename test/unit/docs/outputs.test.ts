import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { endpointTypes } from '../../../src/endpoints/index.ts';
import { withOutputsTable } from '../../support/outputs-docs.ts';

const README = readFileSync('README.md', 'utf8');

test('README.md has the table of what endpoints there are (`npm run schema` writes it)', () => {
  expect(README).toBe(withOutputsTable(README));
});

test.each(Object.keys(endpointTypes))('%s has a row, which leads to its settings', (type) => {
  const row =
    README.split('\n').find((line) => line.startsWith(`| \`${type}\` | `) && line.includes('[settings]')) ?? '';
  const [, anchor = ''] = /\[settings\]\(#([\w-]+)\)/.exec(row) ?? [];
  expect(README).toContain(`<a id="${anchor}"></a>**endpoint of type \`${type}\`**`);
});

test('a README without a place for it is refused by name', () => {
  expect(() => withOutputsTable('# none')).toThrow('README.md has no <!-- outputs -->');
});

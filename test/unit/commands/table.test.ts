import { expect, test } from 'vitest';
import { table } from '../../../src/commands/table.ts';

test('columns are as wide as their widest cell, numbers stand to the right', () => {
  expect(
    table(
      ['endpoint', 'waiting', 'state'],
      [
        ['home', 3, 'delivering'],
        ['a-far-away-one', 1_200, 'later'],
      ],
    ),
  ).toBe(
    ['endpoint        waiting  state', 'home                  3  delivering', 'a-far-away-one     1200  later'].join(
      '\n',
    ),
  );
});

test('without rows there are only heads', () => {
  expect(table(['a', 'b'], [])).toBe('a  b');
});

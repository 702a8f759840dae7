import { expect, test } from 'vitest';
import { didYouMean } from '../../../src/config/suggest.ts';

const SETTINGS = ['port', 'baudRate', 'dataBits', 'parity', 'keep', 'keepSize'];

test.each([
  ['prot', 'port'],
  ['pory', 'port'],
  ['por', 'port'],
  ['ports', 'port'],
  ['baudrate', 'baudRate'],
  ['BAUD_RATE', 'baudRate'],
  ['data-bits', 'dataBits'],
  ['keepSiez', 'keepSize'],
])('%s may mean %s', (word, candidate) => {
  expect(didYouMean(word, SETTINGS)).toBe(`; did you mean "${candidate}"?`);
});

test.each(['', 'x', 'url', 'porthole', 'p'.repeat(1_000_000)])('a word that is like none has no suggestion', (word) => {
  expect(didYouMean(word, SETTINGS)).toBe('');
});

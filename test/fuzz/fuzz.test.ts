import { describe, expect, test } from 'vitest';
import { makeCase } from './cases.ts';
import { examine } from './claims.ts';
import { readKept } from './findings.ts';
import { shrink } from './shrink.ts';

describe('what a fuzz run once found', () => {
  test.each(readKept())('$name breaks no claim', ({ bytes }) => {
    expect(examine(bytes)).toBeUndefined();
  });
});

test('a short fuzz run finds nothing', () => {
  for (let number = 0; number < 500; number++) {
    const complaint = examine(makeCase(1, number).bytes);
    expect(complaint && { number, ...complaint }).toBeUndefined();
  }
});

test('a seed always makes the same cases, and another one makes others', () => {
  const casesOf = (seed: number): string[] =>
    Array.from({ length: 50 }, (_, number) => makeCase(seed, number).bytes.toString('latin1'));
  expect(casesOf(7)).toEqual(casesOf(7));
  expect(new Set([...casesOf(7), ...casesOf(8)]).size).toBeGreaterThan(95);
});

test('what is found is made as short as it fails', () => {
  const fails = (bytes: Buffer): boolean => bytes.includes('(') && bytes.includes('!');
  expect(shrink(Buffer.from('/ISK5\r\n\r\n1-0:1.8.1(1*kWh)\r\n!1234\r\n'), fails).toString()).toBe('(!');
});

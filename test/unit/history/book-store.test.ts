import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { BookReader } from '../../../src/history/book-reader.ts';
import { BookStore } from '../../../src/history/book-store.ts';
import type { KeptDenial, KeptVisit } from '../../../src/history/book.ts';

const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-01-15T11:00:00Z');

function pathOfNew(): string {
  const folder = mkdtempSync(join(tmpdir(), 'book-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'book.db');
}

const open = (path: string, putAside = (): void => undefined): BookStore =>
  new BookStore({ path, keepMs: 90 * DAY_MS, putAside });

function denial(id: number, rest: Partial<KeptDenial> = {}): KeptDenial {
  const what = { kind: 'request', reason: 'forbidden', text: 'not with this key' } as const;
  return { id, atMs: NOW, ...what, source: null, endpoint: null, client: '192.0.2.1', ...rest };
}

function visit(id: number, rest: Partial<KeptVisit> = {}): KeptVisit {
  const who = { kind: 'sse', user: 'phone', client: 'curl', address: '192.0.2.1' } as const;
  return { id, ...who, startMs: NOW - 5_000, endMs: null, lastMs: NOW, items: 5, message: '', ...rest };
}

function contentOf(path: string, belowId = Infinity) {
  const reader = new BookReader(path);
  onTestFinished(() => reader.close());
  return { denials: reader.denials(belowId), visits: reader.visits(belowId) };
}

test('what was kept is there at the next start, and ids go on behind it', () => {
  const path = pathOfNew();
  const first = open(path);
  expect(first.begin()).toEqual({ denial: 0, visit: 0 });
  first.keep({ denials: [denial(1), denial(2)], visits: [visit(7, { endMs: NOW, message: 'client left' })] }, NOW);
  first.close();
  const next = open(path);
  expect(next.begin()).toEqual({ denial: 2, visit: 7 });
  expect(contentOf(path)).toEqual({
    denials: [denial(1), denial(2)],
    visits: [visit(7, { endMs: NOW, message: 'client left' })],
  });
  expect(contentOf(path, 2).denials).toEqual([denial(1)]);
  next.close();
});

test('what went on when the service ended is over since it was seen last', () => {
  const path = pathOfNew();
  const killed = open(path);
  killed.begin();
  killed.keep({ denials: [], visits: [visit(1)] }, NOW);
  expect(contentOf(path).visits).toEqual([]);
  killed.close();
  const next = open(path);
  next.begin();
  expect(contentOf(path).visits).toEqual([visit(1, { endMs: NOW, message: 'the service ended' })]);
  next.close();
});

test('a source has one visit a start, under the id that it got last', () => {
  const path = pathOfNew();
  const store = open(path);
  const source = { kind: 'source', client: 'home', user: null, address: null } as const;
  store.keep({ denials: [], visits: [visit(1, source), visit(2, { ...source, startMs: NOW })] }, NOW);
  store.keep({ denials: [], visits: [visit(3, { ...source, endMs: NOW, items: 9 })] }, NOW);
  store.begin();
  expect(contentOf(path).visits.map(({ id, items }) => [id, items])).toEqual([
    [2, 5],
    [3, 9],
  ]);
  store.close();
});

test('the old go, and of too many the oldest', () => {
  const path = pathOfNew();
  const store = open(path);
  const old = { endMs: NOW - 91 * DAY_MS };
  store.keep({ denials: [denial(1, { atMs: old.endMs }), denial(2)], visits: [visit(1, old), visit(2)] }, NOW);
  store.begin();
  expect(contentOf(path)).toMatchObject({ denials: [{ id: 2 }], visits: [{ id: 2 }] });
  store.keep({ denials: Array.from({ length: 10_005 }, (_, index) => denial(3 + index)), visits: [] }, NOW);
  const { denials } = contentOf(path);
  expect([denials.length, denials[0]!.id, denials.at(-1)!.id]).toEqual([10_000, 8, 10_007]);
  store.close();
});

test('a damaged one is put aside, and another begun', () => {
  const path = pathOfNew();
  writeFileSync(path, 'no database'.repeat(1_000));
  let told = 0;
  const store = open(path, () => void (told += 1));
  // Far above any id that the lost one can have had.
  expect(store.begin().denial).toBeGreaterThan(1_700_000_000);
  store.keep({ denials: [denial(5)], visits: [] }, NOW);
  expect(contentOf(path).denials).toEqual([denial(5)]);
  expect(told).toBe(1);
  expect(readdirSync(join(path, '..')).filter((name) => name.includes('corrupt'))).toHaveLength(1);
  store.close();
});

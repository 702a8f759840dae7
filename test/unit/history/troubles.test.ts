import { expect, test } from 'vitest';
import { Troubles } from '../../../src/history/troubles.ts';

test('what goes wrong is told once, when no telegram came for a minute, with the time at which it was first seen', () => {
  let nowMs = 0;
  const troubles = new Troubles(() => nowMs);
  troubles.over('home');
  nowMs = 10_000;
  troubles.saw('home', 'port', 1_000);
  nowMs = 20_000;
  troubles.saw('home', 'port', 1_010);
  nowMs = 59_999;
  expect(troubles.due()).toEqual([]);
  nowMs = 60_000;
  expect(troubles.due()).toEqual([{ source: 'home', atS: 1_000, cause: 'port' }]);
  troubles.saw('home', 'silent', 1_060);
  expect(troubles.due()).toEqual([{ source: 'home', atS: 1_060, cause: 'silent' }]);
  expect(troubles.due()).toEqual([]);
});

test('a telegram in between is the end of it, for its own source alone', () => {
  let nowMs = 0;
  const troubles = new Troubles(() => nowMs);
  for (const source of ['home', 'annex']) troubles.saw(source, 'checksum', 1_000);
  nowMs = 59_000;
  troubles.over('home');
  nowMs = 120_000;
  expect(troubles.due()).toEqual([{ source: 'annex', atS: 1_000, cause: 'checksum' }]);
});

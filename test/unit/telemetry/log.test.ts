import { describe, expect, test } from 'vitest';
import { Budget } from '../../../src/telemetry/budget.ts';
import { createLog } from '../../../src/telemetry/log.ts';

function logInto(lines: string[], env: Record<string, string> = {}) {
  return createLog({ level: 'info', secrets: ['hunter2-key'], env, write: (line) => lines.push(line) });
}

describe('log', () => {
  test('a line has a time, a level and its text', () => {
    const lines: string[] = [];
    logInto(lines).warn('endpoint home: unavailable');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z WARN {2}endpoint home: unavailable\n$/);
  });

  test("systemd's journal gets a priority and no time", () => {
    const lines: string[] = [];
    const log = logInto(lines, { JOURNAL_STREAM: '9:12345' });
    log.error('bad');
    log.info('good');
    expect(lines).toEqual(['<3>bad\n', '<6>good\n']);
  });

  test('a secret is masked, and a text of several lines stays one line', () => {
    const lines: string[] = [];
    logInto(lines).info('got\r\nhunter2-key\nback');
    expect(lines[0]).toMatch(/INFO {2}got \*\*\* back\n$/);
  });

  test('a flood of lines is cut off, and the next one tells how many were left out', () => {
    const lines: string[] = [];
    const log = logInto(lines);
    for (let i = 0; i < 5_000; i++) log.warn(`line ${i}`);
    expect(lines).toHaveLength(100);
  });

  test('a flood of warnings does not keep an error back', () => {
    const lines: string[] = [];
    const log = logInto(lines);
    for (let i = 0; i < 5_000; i++) log.warn(`line ${i}`);
    log.error('endpoint home: paused');
    expect(lines.at(-1)).toContain('ERROR endpoint home: paused');
  });
});

describe('budget', () => {
  test('gives a line back every 40 s, so that a day is 2,160 lines and a burst', () => {
    let nowMs = 0;
    const budget = new Budget(() => nowMs);
    let lines = 0;
    for (; nowMs < 86_400_000; nowMs += 1_000) if (budget.spend() !== undefined) lines += 1;
    // 100 at once and one each 40 s of the day.
    expect(lines).toBe(100 + 2_159);
  });

  test('counts what it kept back', () => {
    let nowMs = 0;
    const budget = new Budget(() => nowMs);
    for (let i = 0; i < 107; i++) budget.spend();
    nowMs = 40_000;
    expect(budget.spend()).toBe(7);
    nowMs = 80_000;
    expect(budget.spend()).toBe(0);
  });

  test('a clock that stands still refills nothing', () => {
    const budget = new Budget(() => 5);
    for (let i = 0; i < 100; i++) expect(budget.spend()).toBe(0);
    expect(budget.spend()).toBeUndefined();
  });
});

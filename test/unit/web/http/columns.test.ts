import { expect, test } from 'vitest';
import { list } from '../../../../src/web/http/answer.ts';
import { aggregates } from '../../../../src/web/api/aggregate.ts';
import { series } from '../../../../src/web/api/series.ts';
import { usage } from '../../../../src/web/api/usage.ts';
import { withHead } from '../../../../src/web/http/columns.ts';

const csv = { query: { format: 'csv' }, headers: {} } as const;
const USAGE = ['total', 'import', 'export', 'net', 'unit', 'coverage', 'estimated'];

test.each([
  ['days', series[0]!, ['day', ...USAGE]],
  [
    'points, whose envelope is one of two',
    usage,
    ['from', 'to', 'level', 'level_max', 'capacity', 'usage_percent', ...USAGE],
  ],
  [
    'months, whose parts lie in objects',
    aggregates[0]!,
    ['meter.id', 'marker.key', 'marker.value', ...USAGE.map((name) => `usage.${name}`), 'usage.date'],
  ],
])('an empty list has its head as CSV: %s', (_, { answer }, columns) => {
  expect(withHead(list(csv, []), answer).body).toBe(`${columns.join(',')}\r\n`);
});

test('a list with rows, and one that is no CSV, stay as they are', () => {
  expect(withHead(list(csv, [{ day: 'a' }]), series[0]!.answer).body).toBe('day\r\na\r\n');
  expect(withHead(list({ query: { format: 'ndjson' }, headers: {} }, []), series[0]!.answer).body).toBe('');
});

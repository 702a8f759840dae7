import { expect, test } from 'vitest';
import { Durations } from '../../../src/time/durations.ts';
import { expose, histogram, type Metric } from '../../../src/web/metrics/exposition.ts';
import { readExposition } from '../../support/prometheus.ts';

const took = new Durations([0.5, 1]);
for (const ms of [100, 700, 800, 5_000]) took.add(ms);

const METRICS: readonly Metric[] = [
  { name: 'things_total', type: 'counter', help: 'what came', samples: [{ labels: { of: 'a "\\\n' }, value: 3 }] },
  { name: 'level', type: 'gauge', help: 'how high', samples: [{ labels: {}, value: -0.5 }] },
  { name: 'took_seconds', type: 'histogram', help: 'how long', samples: histogram(took, { of: 'b' }) },
  { name: 'nothing', type: 'gauge', help: 'not known', samples: [] },
];

test('the text format of Prometheus', () => {
  expect(expose(METRICS, 'prometheus')).toBe(`# HELP things_total what came
# TYPE things_total counter
things_total{of="a \\"\\\\\\n"} 3
# HELP level how high
# TYPE level gauge
level -0.5
# HELP took_seconds how long
# TYPE took_seconds histogram
took_seconds_bucket{of="b",le="0.5"} 1
took_seconds_bucket{of="b",le="1.0"} 3
took_seconds_bucket{of="b",le="+Inf"} 4
took_seconds_sum{of="b"} 6.6
took_seconds_count{of="b"} 4
`);
});

test('OpenMetrics: a counter is a family without its ending, and there is an end', () => {
  const lines = expose(METRICS, 'openmetrics').split('\n');
  expect(lines.slice(0, 3)).toEqual([
    '# HELP things what came',
    '# TYPE things counter',
    'things_total{of="a \\"\\\\\\n"} 3',
  ]);
  expect(lines.slice(-2)).toEqual(['# EOF', '']);
});

test.each([
  ['a name that comes twice', 'a 1\n# HELP a x\n# TYPE a gauge\na 1\n'],
  ['the same labels twice', '{x="1"} 1\n{x="1"} 2\n'],
  ['a number that is none', ' nothing\n'],
  ['a label that is not closed', '{x="1} 1\n'],
  ['another name', 'b 1\n'],
  ['no end of the line', ' 1'],
])('the reader of these tests knows %s', (_, rest) => {
  const head = '# HELP a x\n# TYPE a gauge\n';
  expect(() => readExposition(head + rest.replace(/^(?=[ {])/gm, 'a'))).toThrow();
  expect(readExposition(`${head}a 1\n`).get('a')).toMatchObject({ samples: [{ value: 1 }] });
});

test('a histogram that does not grow is none', () => {
  const head = '# HELP a x\n# TYPE a histogram\n';
  const good = 'a_bucket{le="1.0"} 1\na_bucket{le="+Inf"} 2\na_sum 3\na_count 2\n';
  expect(readExposition(head + good).size).toBe(1);
  expect(() => readExposition(head + good.replace('"} 1', '"} 5'))).toThrow('a is no histogram');
  expect(() => readExposition(head + good.replace('+Inf', '2.0'))).toThrow('a is no histogram');
  expect(() => readExposition(head + good.replace('a_count 2', 'a_count 3'))).toThrow('a is no histogram');
});

import type { Durations } from '../../time/durations.ts';

/** One number, and what it is of. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Of a histogram: which of its numbers it is. */
  readonly part?: '_bucket' | '_sum' | '_count';
}

/** All samples of one name. A counter's name ends with `_total`. */
export interface Metric {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** Prometheus' text format, or OpenMetrics. Metrics without samples are left out. */
export function expose(metrics: readonly Metric[], format: 'prometheus' | 'openmetrics'): string {
  const isOpen = format === 'openmetrics';
  const lines = metrics
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, type, help, samples }) => {
      const family = isOpen && type === 'counter' ? name.replace(/_total$/, '') : name;
      const heads = [`# HELP ${family} ${help}`, `# TYPE ${family} ${type}`];
      return [
        ...heads,
        ...samples.map(({ labels, value, part = '' }) => `${name}${part}${written(labels)} ${String(value)}`),
      ];
    });
  return [...lines, ...(isOpen ? ['# EOF'] : []), ''].join('\n');
}

/** The samples of a histogram: its ranges added up from the lowest on. */
export function histogram({ bounds, counts, seconds }: Durations, labels: Sample['labels'] = {}): Sample[] {
  let below = 0;
  const buckets = counts.map((count, range): Sample => {
    below += count;
    return { part: '_bucket', labels: { ...labels, le: boundOf(bounds[range]) }, value: below };
  });
  return [...buckets, { part: '_sum', labels, value: seconds }, { part: '_count', labels, value: below }];
}

/** As OpenMetrics wants it: `1.0`. */
function boundOf(bound: number | undefined): string {
  if (bound === undefined) return '+Inf';
  return Number.isInteger(bound) ? bound.toFixed(1) : String(bound);
}

function written(labels: Sample['labels']): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escape(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

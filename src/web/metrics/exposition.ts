/** One number, and what it is of. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** All samples of one name. A counter's name ends with `_total`. */
export interface Metric {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
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
      return [...heads, ...samples.map(({ labels, value }) => `${name}${written(labels)} ${String(value)}`)];
    });
  return [...lines, ...(isOpen ? ['# EOF'] : []), ''].join('\n');
}

function written(labels: Sample['labels']): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escape(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

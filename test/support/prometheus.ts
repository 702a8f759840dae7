/** One family of an exposition, as Prometheus reads it. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly samples: readonly {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"(?:,|$)/;
const VALUE = /^(?:[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?|\+Inf|-Inf|NaN)$/;
const PARTS: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  counter: [''],
  gauge: [''],
};

/**
 * Reads Prometheus' text format by its own rules: one HELP and one TYPE before the samples of each name, which stand together,
 * no sample twice, histograms whole and growing. @throws Error that names the line.
 */
export function readExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, { name: string; type: string; samples: Family['samples'][number][] }>();
  const seen = new Set<string>();
  let helped = '';
  let current: { name: string; type: string; samples: Family['samples'][number][] } | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    const fail = (why: string): never => {
      throw new Error(`${why}: ${line}`);
    };
    const [, word, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (word === 'HELP') {
      if (!NAME.test(name) || families.has(name)) fail('a bad name, or one that comes twice');
      helped = name;
    } else if (word === 'TYPE') {
      if (name !== helped || !(rest in PARTS)) fail('a type without its help, or an unknown one');
      families.set(name, (current = { name, type: rest, samples: [] }));
    } else {
      const [, sample = '', labelText = '', value = ''] = SAMPLE.exec(line) ?? fail('no sample');
      if (current === undefined || !PARTS[current.type]!.some((part) => sample === current!.name + part))
        fail('a sample of another name');
      if (!VALUE.test(value)) fail('no number');
      const labels = readLabels(labelText, fail);
      const key = `${sample}${JSON.stringify(Object.entries(labels).toSorted())}`;
      if (seen.has(key)) fail('a sample that comes twice');
      seen.add(key);
      current!.samples.push({ name: sample, labels, value: value === '+Inf' ? Infinity : Number(value) });
    }
  }
  families.forEach(checkFamily);
  return families;
}

function readLabels(text: string, fail: (why: string) => never): Record<string, string> {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== '') {
    const found = LABEL.exec(rest) ?? fail('bad labels');
    const [all, name = '', value = ''] = found;
    if (name in labels) fail('a label that comes twice');
    labels[name] = value.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
    rest = rest.slice(all.length);
  }
  return labels;
}

function checkFamily({ name, type, samples }: Family): void {
  if (samples.length === 0) throw new Error(`${name} has no sample`);
  if (type === 'counter' && !(name.endsWith('_total') && samples.every(({ value }) => value >= 0)))
    throw new Error(`${name} is no counter`);
  if (type === 'histogram') checkHistogram(name, samples);
}

function checkHistogram(name: string, samples: Family['samples']): void {
  const groups = new Map<string, { bounds: number[]; counts: number[]; sum?: number; count?: number }>();
  for (const {
    name: sample,
    labels: { le, ...labels },
    value,
  } of samples) {
    const key = JSON.stringify(labels);
    const group = groups.get(key) ?? { bounds: [], counts: [] };
    groups.set(key, group);
    if (sample.endsWith('_bucket')) {
      group.bounds.push(le === '+Inf' ? Infinity : Number(le));
      group.counts.push(value);
    } else if (sample.endsWith('_sum')) group.sum = value;
    else group.count = value;
  }
  for (const { bounds, counts, sum, count } of groups.values()) {
    const isRising = (all: readonly number[], least: number): boolean =>
      all.every((one, index) => index === 0 || one - all[index - 1]! >= least);
    const isWhole = bounds.at(-1) === Infinity && counts.at(-1) === count && sum !== undefined;
    if (!isWhole || !isRising(bounds, Number.MIN_VALUE) || !isRising(counts, 0))
      throw new Error(`${name} is no histogram`);
  }
}

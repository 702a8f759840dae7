import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect } from 'vitest';
import { parse } from 'yaml';
import { readExposition } from '../support/prometheus.ts';
import { readExpression } from '../support/promql.ts';
import { test as sceneTest } from '../support/scene.ts';
import { startService, until } from '../support/service.ts';
import { addKey, askWeb, bearer, HTTP, webUrl } from '../support/web.ts';

const FOLDER = 'deploy/grafana';
const TELEGRAMS = 'test/fixtures/telegrams';

interface Target {
  readonly datasource: unknown;
  readonly expr: string;
  readonly legendFormat: string;
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: unknown;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
}

interface Dashboard {
  readonly id: null;
  readonly uid: string;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

const text = readFileSync(`${FOLDER}/dashboard.json`, 'utf8');
const dashboard = JSON.parse(text) as Dashboard;
const rules = (parse(readFileSync(`${FOLDER}/alerts.yaml`, 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
/** Name, expression, and the labels that its legend or text shows. */
const asked = [
  ...panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, legendFormat }) => [title, expr, names(legendFormat, /\{\{(\w+)\}\}/g)] as const),
  ),
  ...rules.map(
    ({ alert, expr, annotations }) => [alert, expr, names(annotations.summary, /\$labels\.(\w+)/g)] as const,
  ),
];
/** Prometheus adds them to whatever it asks. */
const OF_TARGET = ['job', 'instance'];
const WORDS = ['time', 'rate', 'increase', 'sum', 'absent', 'histogram_quantile', 'or', 'group_left'];

function names(from: string, pattern: RegExp): string[] {
  return [...from.matchAll(pattern)].map(([, name = '']) => name);
}

/** What a running service exposes with all kinds of meters and an endpoint that is away: each metric with its labels. */
const test = sceneTest.extend<{ exposed: ReadonlyMap<string, readonly string[]> }>({
  exposed: [
    async ({}, use) => {
      const printed = (name: string, file: string) => ({ type: 'file', name, path: resolve(TELEGRAMS, file) });
      const sources = [
        { type: 'serial', name: 'cable', port: '/dev/there-is-none', baudRate: 115200 },
        printed('belgian', 'derived/be-emucs-2.1.1-3f-recrc.txt'),
        { type: 'simulator', name: 'house', interval: 0, telegrams: 200 },
        printed('heated', 'field/ndokter__nwa-warmtelink_dsmr-5.0.txt'),
      ];
      const endpoints = [{ name: 'away', type: 'dsmr-v1', source: 'house', url: 'http://127.0.0.1:9', key: 'of-none' }];
      const service = await startService({ config: { sources, endpoints, http: HTTP } });
      const url = await webUrl(service);
      const key = bearer(addKey(service.stateDir, 'prometheus', ['status:read', 'usage:read']));
      const ask = async (): Promise<string> => (await askWeb(url, '/metrics', key)).text;
      const last = [/p1_gap_seconds_total\{/, /p1_electricity_demand_watts\{/, /p1_heat_energy_joules_total\{/];
      await until(async () => ((text) => last.every((one) => one.test(text)))(await ask()), 20_000);
      const families = [...readExposition(await ask()).values()];
      await use(
        new Map(
          families.map((one) => [one.name, [...new Set(one.samples.flatMap(({ labels }) => Object.keys(labels)))]]),
        ),
      );
      await service.end();
    },
    { scope: 'file' },
  ],
});

describe('what is asked of Prometheus', () => {
  test.for(asked)('%s: each metric and label is there: %s', ([, expr, shown], { exposed }) => {
    const { metrics, labels, words, isBalanced } = readExpression(expr);
    expect(metrics).not.toEqual([]);
    expect(metrics.filter((name) => !exposed.has(name))).toEqual([]);
    const known = [...metrics.flatMap((name) => exposed.get(name) ?? []), ...OF_TARGET];
    expect([...labels, ...shown].filter((label) => !known.includes(label))).toEqual([]);
    expect(words.filter((word) => !WORDS.includes(word))).toEqual([]);
    expect(isBalanced).toBe(true);
  });

  test('the dashboard shows every metric of p1-relay', ({ exposed }) => {
    const shown = panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => readExpression(expr).metrics));
    const own = [...exposed.keys()].filter((name) => name.startsWith('p1_'));
    expect(own.length).toBeGreaterThan(35);
    expect(own.filter((name) => !shown.includes(name))).toEqual([]);
  });
});

describe('the dashboard can be imported', () => {
  const SOURCE = { type: 'prometheus', uid: '${datasource}' };

  test('it is of no machine: whoever imports it chooses the data source', () => {
    expect([dashboard.id, dashboard.uid]).toEqual([null, 'p1-relay']);
    // That of Grafana 10.0: later ones migrate it.
    expect(dashboard.schemaVersion).toBe(38);
    expect(panels.map(({ datasource }) => datasource)).toEqual(panels.map(() => SOURCE));
    expect(
      panels
        .flatMap(({ targets = [] }) => targets)
        .every(({ datasource }) => JSON.stringify(datasource) === JSON.stringify(SOURCE)),
    ).toBe(true);
    expect(text).not.toMatch(/https?:|localhost|\d+\.\d+\.\d+\.\d+/);
  });

  test('each variable that is used is one of the dashboard, or of Grafana', () => {
    const own = dashboard.templating.list.map(({ name }) => name);
    const used = new Set([...text.matchAll(/\$\{?([a-z]\w*)/g)].map(([, name = '']) => name));
    expect([...used].toSorted()).toEqual(own.toSorted());
    expect(new Set(names(text, /\$(__\w+)/g))).toEqual(new Set(['__all', '__rate_interval']));
  });

  test('panels have ids, words of their own, and a place that no other takes', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    expect(panels.filter(({ title, description = '' }) => title === '' || description === '')).toEqual([]);
    const taken = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, n) => `${x + (n % w)} ${y + Math.floor(n / w)}`),
    );
    expect(new Set(taken).size).toBe(taken.length);
    expect(dashboard.panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });

  test('whether anything is lost comes first', () => {
    const [first] = dashboard.panels;
    expect([first?.type, first?.title]).toEqual(['row', 'Is anything lost?']);
    const titles = dashboard.panels.slice(1, 9).map(({ title }) => title);
    expect(titles).toEqual(expect.arrayContaining(['Endpoints', 'Waiting', 'Oldest that waits', 'Dead letters']));
  });
});

test('each alert has a weight, a sentence and a remedy', () => {
  expect(rules.map(({ alert }) => alert)).toEqual(expect.arrayContaining(['P1NoTelegram', 'P1EndpointDown']));
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  for (const { labels, annotations } of rules) {
    expect(labels.severity).toMatch(/^(?:critical|warning)$/);
    expect(annotations.summary).toBeTruthy();
    expect(annotations.description).toMatch(/\.$/);
  }
});

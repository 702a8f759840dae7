import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { ConfigError } from '../../../src/config/load.ts';
import { machine } from './surroundings.ts';

const RUNS = { numRuns: 300, seed: 20_262 };
const KEYS = [
  'source',
  'sources',
  'endpoints',
  'journal',
  'state',
  'log',
  'type',
  'name',
  'key',
  'url',
  'rate',
  'env',
  'dir',
  '__proto__',
];
const TEXTS = ['serial', 'tcp', 'dsmr-v1', '20s', '1 GB', 'http://a', ''];

/** Letters that mean something in YAML, so that broken text of every kind comes up. */
const yamlText = fc.array(
  fc.oneof(
    fc.constantFrom(...KEYS, ...Array.from('{}[]:-#&*!|>\'"%@`,?~\t\n '), '\n  ', ': ', '- ', '<<: '),
    fc.string(),
  ),
  { maxLength: 60 },
);

/** Plain data that has the names of settings in wrong places and with wrong values. */
const { data } = fc.letrec((tie) => ({
  data: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(fc.constantFrom<unknown>(...TEXTS, null, true, NaN, -1, 9_600), fc.string()),
    fc.array(tie('data'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('data'), { maxKeys: 5 }),
  ),
}));

test.each([
  ['text', yamlText.map((pieces) => pieces.join(''))],
  ['data', fc.dictionary(fc.constantFrom(...KEYS), data, { maxKeys: 6 }).map((value) => stringify(value))],
])('whatever %s a file holds, it loads or all is told by a ConfigError', async (_, texts) => {
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const { load } = machine({ 'work/config.yaml': text });
      const error: unknown = await load().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (error === undefined) return;
      expect(error).toBeInstanceOf(ConfigError);
      const { problems } = error as ConfigError;
      expect(problems).not.toEqual([]);
      for (const problem of problems) expect(problem).toMatch(/^config\.yaml(:[1-9]\d*:[1-9]\d*)?:? \S.*$/);
    }),
    RUNS,
  );
});

test.each([
  ['maps', '{ a: '.repeat(50_000)],
  ['lists', '['.repeat(100_000)],
  ['indentation', Array.from({ length: 1_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ['itself', 'source: &s { type: *s }'],
  ['aliases', `source: &s { type: serial }\nendpoints: [${'*s, '.repeat(20_000)}]`],
])('a file nested too deep is refused: %s', async (_, text) => {
  const error: unknown = await machine({ 'work/config.yaml': text })
    .load()
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConfigError);
});

test('whatever the variables hold, the configuration loads or all is told by a ConfigError', async () => {
  const segment = fc.constantFrom(
    'SOURCE',
    'ENDPOINTS',
    'JOURNAL',
    'TYPE',
    'KEY',
    'URL',
    '0',
    '1',
    '4294967295',
    '',
    '_',
    'PROTO',
  );
  const name = fc.array(segment, { maxLength: 12 }).map((segments) => `P1_RELAY_${segments.join('__')}`);
  const text = fc.oneof(fc.constantFrom('serial', 'dsmr-v1', '{ type: tcp }', '[', '0'), fc.string());
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, text, { maxKeys: 8 }), async (env) => {
      const error: unknown = await machine()
        .load(env)
        .then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
      if (error !== undefined) expect(error).toBeInstanceOf(ConfigError);
    }),
    RUNS,
  );
});

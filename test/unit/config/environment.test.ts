import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { machine, problemsOf, SIMULATOR, type Env } from './surroundings.ts';

const file = `${SIMULATOR}endpoints:
  - { name: home, type: dsmr-v1, url: "http://in-file", key: key-in-file }
journal: { keep: 7d }
`;

describe('P1_RELAY_… variables', () => {
  test('win over the file, setting by setting', async () => {
    const { config, origin } = await machine({ 'work/config.yaml': file }).load({
      P1_RELAY_ENDPOINTS__0__URL: 'http://in-environment',
      P1_RELAY_JOURNAL__KEEP_SIZE: '2 GB',
      P1_RELAY_JOURNAL__SYNC_INTERVAL: '0',
      P1_RELAY_LOG__LEVEL: 'debug',
      P1_RELAY_STATE__DIR: '',
    });
    expect(config.endpoints[0]?.settings).toMatchObject({ url: 'http://in-environment', key: 'key-in-file' });
    expect(config.journal).toEqual({ keepMs: 7 * 86_400_000, keepBytes: 2e9, syncIntervalMs: 0 });
    expect(config.log.level).toBe('debug');
    expect(origin).toBe('config.yaml and 4 P1_RELAY_… variables');
  });

  test('are enough without a file', async () => {
    const { config, origin } = await machine({ secret: 'the-key\n' }).load({
      P1_RELAY_SOURCE__TYPE: 'tcp',
      P1_RELAY_SOURCE__PORT: '2001',
      P1_RELAY_SOURCE__HOST: '10',
      P1_RELAY_ENDPOINTS__0__TYPE: 'dsmr-v1',
      P1_RELAY_ENDPOINTS__0__URL: 'http://a',
      P1_RELAY_ENDPOINTS__0__KEY__FILE: '../secret',
    });
    expect(config.sources[0]?.settings).toMatchObject({ host: '10', port: 2001 });
    expect(config.endpoints[0]?.settings['key']).toBe('the-key');
    expect(origin).toBe('6 P1_RELAY_… variables');
  });

  test('may hold a whole section, and one more may change a part of it', async () => {
    const { config } = await machine().load({
      P1_RELAY_SOURCE: '{ type: tcp, host: 192.168.1.20, port: 23 }',
      P1_RELAY_SOURCE__PORT: '2001',
    });
    expect(config.sources[0]).toMatchObject({ type: 'tcp', settings: { host: '192.168.1.20', port: 2001 } });
  });

  test('number the entries of a list from 0, ten and more too', async () => {
    const env = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [
        `P1_RELAY_ENDPOINTS__${index}`,
        `{ name: e${index}, type: dsmr-v1, url: "http://a", key: k }`,
      ]),
    );
    const { config } = await machine({ 'work/config.yaml': SIMULATOR }).load(env);
    expect(config.endpoints.map(({ name }) => name)).toEqual(Array.from({ length: 12 }, (_, index) => `e${index}`));
  });

  test('are named where they are wrong', async () => {
    const problems = await problemsOf(
      machine({ 'work/config.yaml': file }).load({
        P1_RELAY_ENDPOINTS__0__INTERVAL: 'often',
        P1_RELAY_ENDPOINTS__1__TYPE: 'dsmr-v1',
        P1_RELAY_ENDPOINTS__1__KEY: 'k',
        P1_RELAY_ENDPOINTS__3__KEY: 'k',
        P1_RELAY_JOURNAL__KEEPSIZE: '1 GB',
        P1_RELAY_LOG: 'debug',
      }),
    );
    expect(problems).toEqual([
      'environment endpoints[1].url: missing, expected an address such as http://192.168.1.10:7777',
      'P1_RELAY_ENDPOINTS__0__INTERVAL endpoints[0].interval: got "often", expected a time such as 20s, 5m, 1h or 30d, or a number of seconds',
      'P1_RELAY_ENDPOINTS__3__KEY: there is no entry 2; number them from 0, without a gap',
      'P1_RELAY_JOURNAL__KEEPSIZE journal.keepsize: unknown setting; did you mean "keepSize"?',
      'P1_RELAY_LOG log: got a text, expected a map of settings',
    ]);
  });

  test.each([
    '12345',
    'true',
    'null',
    '~',
    '1e5',
    '# no comment',
    'a # b',
    '{brace',
    '[list]',
    '*star',
    '!tag',
    ' a b ',
  ])('give a key as it is: %j', async (key) => {
    const { config } = await machine({ 'work/config.yaml': file }).load({ P1_RELAY_ENDPOINTS__0__KEY: key });
    expect(config.endpoints[0]?.settings['key']).toBe(key);
  });

  test('reach nothing outside the settings', async () => {
    const before = Object.keys(Object.getOwnPropertyDescriptors(Object.prototype));
    const env: Env = {
      P1_RELAY_CONSTRUCTOR__PROTOTYPE__POLLUTED: 'yes',
      P1_RELAY___PROTO____POLLUTED: 'yes',
      P1_RELAY_JOURNAL__CONSTRUCTOR__NAME: 'yes',
    };
    expect(await problemsOf(machine({ 'work/config.yaml': file }).load(env))).not.toEqual([]);
    expect(Object.keys(Object.getOwnPropertyDescriptors(Object.prototype))).toEqual(before);
  });
});

test('whatever a file sets, variables alone can set', async () => {
  const journal = fc.record({
    keep: fc.nat(400).map((days) => `${days}d`),
    keepSize: fc.nat(5_000).map((size) => `${size} MB`),
    syncInterval: fc.nat(3_600),
  });
  const endpoint = fc.record({
    name: fc.stringMatching(/^[a-z0-9-]{1,40}$/),
    type: fc.constant('dsmr-v1'),
    url: fc.webUrl(),
    key: fc.string({ minLength: 1 }).filter((text) => !text.includes('\0')),
    rate: fc.oneof(fc.constantFrom('adaptive', 'off'), fc.integer({ min: 1, max: 1_000 })),
    interval: fc.nat(86_400),
  });
  const endpoints = fc.uniqueArray(endpoint, { maxLength: 4, selector: ({ name }) => name });
  const settings = fc.record({ source: fc.constant({ type: 'simulator' }), journal, endpoints });
  await fc.assert(
    fc.asyncProperty(settings, async (wanted) => {
      const { load } = machine({ 'work/config.yaml': JSON.stringify(wanted), 'work/empty.yaml': '{}' });
      const { config: fromFile } = await load();
      const { config: fromVariables } = await load(variablesFor(wanted), { file: 'empty.yaml' });
      expect(fromVariables).toEqual(fromFile);
    }),
    { numRuns: 100, seed: 20_261 },
  );
});

/** The variables that say what plain data says, each leaf by one. */
function variablesFor(data: unknown, name = 'P1_RELAY'): Env {
  if (typeof data !== 'object' || data === null) return { [name]: String(data) };
  const separator = name === 'P1_RELAY' ? '_' : '__';
  return Object.assign(
    {},
    ...Object.entries(data).map(([key, value]) => {
      const segment = key.replace(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase();
      return variablesFor(value, `${name}${separator}${segment}`);
    }),
  ) as Env;
}

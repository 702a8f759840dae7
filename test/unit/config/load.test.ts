import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import type { Families } from '../../../src/config/schema.ts';
import { machine, problemsOf, SIMULATOR } from './surroundings.ts';

const EXAMPLE = join(import.meta.dirname, '../../../deploy/config.example.yaml');
const HOW_TO_BEGIN = `to begin, copy ${EXAMPLE} to /etc/p1-relay/config.yaml and fill in port, url and key`;

const named = (name: string) => `source: { type: simulator, name: ${name} }\n`;

describe('where the configuration is looked for', () => {
  const everywhere = {
    'etc/p1-relay/config.yaml': named('from-etc'),
    'work/config.yaml': named('from-folder'),
    'work/given.yaml': named('from-option'),
    'work/in-env.yaml': named('from-variable'),
  };

  test.each([
    ['--config', everywhere, { P1_RELAY_CONFIG: 'in-env.yaml' }, 'given.yaml', 'from-option', 'given.yaml'],
    ['P1_RELAY_CONFIG', everywhere, { P1_RELAY_CONFIG: 'in-env.yaml' }, undefined, 'from-variable', 'in-env.yaml'],
    ['the file in /etc', everywhere, { P1_RELAY_CONFIG: '' }, undefined, 'from-etc', 'etc/p1-relay/config.yaml'],
    ['the current folder', { 'work/config.yaml': named('from-folder') }, {}, undefined, 'from-folder', 'config.yaml'],
  ])('%s', async (_, files, env, file, name, origin) => {
    const loaded = await machine(files).load(env, { file });
    expect(loaded.config.sources[0]?.name).toBe(name);
    expect(loaded.origin.endsWith(origin)).toBe(true);
  });

  test('a file that was named must exist', async () => {
    const [problem] = await problemsOf(machine(everywhere).load({}, { file: 'other.yaml' }));
    expect(problem).toBe(`other.yaml: does not exist; ${HOW_TO_BEGIN}`);
  });

  test('a folder is no configuration', async () => {
    expect(await problemsOf(machine().load({}, { file: '.' }))).toEqual(['.: is a folder, expected a file']);
  });

  test('a file that never ends is not read to its end', async () => {
    expect(await problemsOf(machine().load({}, { file: '/dev/zero' }))).toEqual([
      '/dev/zero: is longer than 1000000 bytes, expected a file of settings',
    ]);
  });

  test('where there is nothing, a person is told how to begin', async () => {
    const { root, load } = machine();
    expect(await problemsOf(load({ P1_RELAY_STATE__DIR: '/x' }))).toEqual([
      `no configuration: there is no ${root}/etc/p1-relay/config.yaml, no config.yaml in ${root}/work and no DSMRREADER_REMOTE_DATALOGGER_… variable; ${HOW_TO_BEGIN}`,
    ]);
  });
});

test.each([
  ['2026-07-01', '2026-06-30T22:00:00.000Z'],
  ['2026-07-01T12:00:00Z', '2026-07-01T12:00:00.000Z'],
])('an endpoint from %s begins at %s where clocks are Dutch', async (from, instant) => {
  vi.stubEnv('TZ', 'Europe/Amsterdam');
  onTestFinished(() => void vi.unstubAllEnvs());
  const endpoint = `{ type: dsmr-v1, url: "http://192.168.1.10", key: abc, from: "${from}" }`;
  const { config } = await machine({ 'work/config.yaml': `${SIMULATOR}\nendpoints: [${endpoint}]\n` }).load();
  expect(new Date(Number(config.endpoints[0]?.from)).toISOString()).toBe(instant);
});

test('a configuration is frozen to its leaves', async () => {
  const { config } = await machine({ 'work/config.yaml': SIMULATOR }).load();
  expect(Object.isFrozen(config)).toBe(true);
  expect(Object.isFrozen(config.sources[0]?.settings)).toBe(true);
});

test('CR LF and a byte order mark, as editors on Windows leave them, change nothing', async () => {
  const { config } = await machine({
    'work/config.yaml': '\uFEFFsource:\r\n  type: simulator\r\n  name: house\r\n',
  }).load();
  expect(config.sources[0]?.name).toBe('house');
});

describe('a key in the file', () => {
  const file = `${SIMULATOR}endpoints: [{ type: dsmr-v1, url: "http://a", key: hunter2 }]\n`;

  test.each([
    [0o640, []],
    [0o644, ['config.yaml: every user of this machine can read it, and it holds endpoints[0].key']],
  ])('is warned of where every user can read it: mode %i', async (mode, expected) => {
    const { root, load } = machine({ 'work/config.yaml': file });
    chmodSync(join(root, 'work/config.yaml'), mode);
    const { warnings } = await load();
    expect(warnings.map((warning) => warning.replace(/^\S*\//, '').replace(/; .*/, ''))).toEqual(expected);
  });

  test('is shown by no problem', async () => {
    const secrets = `${SIMULATOR}endpoints:
  - { name: a, type: dsmr-v1, url: "http://me:hu@/hunter2@a:x", key: [hunter2] }
  - "key: hunter2"
  - { name: b, type: dsmr-v1, url: "http://a", kee: hunter2 }
`;
    const problems = await problemsOf(machine({ 'work/config.yaml': secrets }).load());
    expect(problems).toHaveLength(5);
    expect(problems.join()).not.toContain('hunter2');
  });
});

test('a name that is long and has lines in it is told in one short line', async () => {
  const { load } = machine({ 'work/config.yaml': `${SIMULATOR}"a\\n${'b'.repeat(1_000)}": 1\n` });
  const known = 'source, sources, endpoints, journal, http, history, compat, stream, prices, state, log';
  expect(await problemsOf(load())).toEqual([
    `config.yaml:2:1 ["a\\n${'b'.repeat(38)}"]: unknown setting, expected one of ${known}`,
  ]);
});

describe('families of other members than those of today', () => {
  const about = { what: 'of a test', delivery: 'none' };
  const create = () => ({ deliver: () => Promise.resolve() });
  const families: Families = {
    sources: { tap: { settings: () => z.object({}), create: () => ({ open: async function* () {} }) } },
    endpoints: {
      post: {
        about,
        settings: () =>
          z
            .object({ least: z.int(), most: z.int() })
            .refine(({ least, most }) => least < most, 'expected least below most'),
        create,
      },
      mail: { about, settings: () => z.object({ to: z.string() }), create },
    },
  };

  test.each([
    ['{ type: psot, to: 1 }', '3:7 endpoints[0].type: got "psot", expected one of post, mail; did you mean "post"?'],
    ['{ to: 1 }', '3:5 endpoints[0].type: missing, expected one of post, mail'],
    ['{ type: 7 }', '3:7 endpoints[0].type: got 7, expected one of post, mail'],
    ['{ type: mail, to: 1 }', '3:19 endpoints[0].to: got 1, expected a text; put it in quotes'],
    ['{ type: post, least: 2, most: 1 }', '3:5 endpoints[0]: got a map, expected least below most'],
  ])('%s', async (endpoint, problem) => {
    const { load } = machine({ 'work/config.yaml': `source: { type: tap }\nendpoints:\n  - ${endpoint}\n` });
    expect(await problemsOf(load({}, { families }))).toEqual([`config.yaml:${problem}`]);
  });
});

describe('the state directory', () => {
  const files = { 'work/config.yaml': SIMULATOR };

  test('is the one that the settings name, from the current folder', async () => {
    const { root, load } = machine(files);
    const { config } = await load({ P1_RELAY_STATE__DIR: 'data', STATE_DIRECTORY: '/var/lib/other' });
    expect(config.stateDir).toEqual({ path: join(root, 'work/data'), reason: 'state.dir' });
  });

  test('else the first that systemd gives', async () => {
    const { config } = await machine(files).load({ STATE_DIRECTORY: '/var/lib/one:/var/lib/two' });
    expect(config.stateDir).toEqual({ path: '/var/lib/one', reason: "systemd's STATE_DIRECTORY" });
  });

  test('else /var/lib/p1-relay where it can be made, though nothing makes it yet', async () => {
    const { root, load } = machine({ ...files, 'var/lib/other/file': '' });
    const { config } = await load();
    expect(config.stateDir).toEqual({ path: join(root, 'var/lib/p1-relay'), reason: 'the default' });
    expect(existsSync(config.stateDir.path)).toBe(false);
  });

  test.each([
    [{}, 'home/.local/state/p1-relay'],
    [{ XDG_STATE_HOME: '/xdg' }, '/xdg/p1-relay'],
  ])('else in the home of the user: %o', async (env, path) => {
    const { root, load } = machine(files);
    const { config } = await load(env);
    expect(config.stateDir).toEqual({
      path: path.startsWith('/') ? path : join(root, path),
      reason: `${root}/var/lib/p1-relay cannot be written by this user`,
    });
  });
});

test.each([
  [
    'prices: [{ electricity1: 0,2145 }]',
    'config.yaml:2:28 prices[0].2145: unknown setting; it stands behind a comma: decimals have a point, 0.2145',
  ],
  [
    'prices: [{ electricity1: "0,2145" }]',
    'config.yaml:2:12 prices[0].electricity1: got "0,2145", expected a price such as 0.2145: a point, no comma, and up to six decimals',
  ],
  [
    'http: { listen: "192.168.1.300:8011" }',
    'config.yaml:2:9 http.listen: got "192.168.1.300:8011", expected an address and a port, such as 127.0.0.1:8011, 0.0.0.0:8011 or [::1]:8011',
  ],
])('%s is told', async (line, problem) => {
  const { load } = machine({ 'work/config.yaml': `source: { type: simulator }\n${line}\n` });
  expect(await problemsOf(load({}))).toEqual([problem]);
});

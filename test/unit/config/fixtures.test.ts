import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError, loadConfig } from '../../../src/config/load.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures/configs');

function namesIn(folder: string): string[] {
  const files = readdirSync(join(FIXTURES, folder)).filter((file) => file.endsWith('.yaml'));
  return files.map((file) => basename(file, '.yaml'));
}

function load(folder: string, name: string, env: Record<string, string> = {}) {
  return loadConfig({ file: `${name}.yaml`, cwd: join(FIXTURES, folder), env, root: '/no-such-root' });
}

test.each(namesIn('good'))('a good configuration becomes what it says: %s', async (name) => {
  const env = {
    KEY_A: 'the-key-of-a',
    AUTHENTICATION_KEY: 'FFEEDDCCBBAA99887766554433221100',
    CREDENTIALS_DIRECTORY: join(FIXTURES, 'good/credentials'),
  };
  const { config, origin } = await load('good', name, env);
  const { stateDir, ...rest } = config;
  expect(JSON.parse(JSON.stringify(rest))).toEqual(
    JSON.parse(readFileSync(join(FIXTURES, 'good', `${name}.json`), 'utf8')),
  );
  expect(stateDir.path).not.toBe('');
  expect(origin).toBe(`${name}.yaml`);
});

test.each(namesIn('bad'))('a bad configuration is told all that is wrong with it: %s', async (name) => {
  const error = await load('bad', name).then(
    () => expect.fail('it was loaded'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ConfigError);
  expect((error as ConfigError).message).toBe(readFileSync(join(FIXTURES, 'bad', `${name}.txt`), 'utf8').trimEnd());
});

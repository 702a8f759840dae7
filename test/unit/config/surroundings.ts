import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ConfigError, loadConfig, type LoadedConfig, type LoadOptions } from '../../../src/config/load.ts';

export type Env = Readonly<Record<string, string>>;

/** A machine of its own for one test: a root with the given files, in which `/work` is the current folder. */
export function machine(files: Readonly<Record<string, string>> = {}) {
  const root = mkdtempSync(join(tmpdir(), 'p1-relay-config-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'work'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { mode: 0o640 });
  }
  const cwd = join(root, 'work');
  const load = (env: Env = {}, options: Partial<LoadOptions> = {}): Promise<LoadedConfig> =>
    loadConfig({ env: { HOME: join(root, 'home'), ...env }, cwd, root, ...options });
  return { root, load };
}

/** What is wrong with a configuration, in full. */
export async function problemsOf(loading: Promise<LoadedConfig>): Promise<readonly string[]> {
  const error = await loading.then(
    () => new Error('the configuration was loaded'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigError)) throw error;
  return error.problems;
}

export const SIMULATOR = 'source: { type: simulator }\n';

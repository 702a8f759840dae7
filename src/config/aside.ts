import { Worker } from 'node:worker_threads';
import type { Config } from './config.ts';
import { ConfigError, NoConfig } from './config-error.ts';
import { deepFreeze } from './freeze.ts';
import type { LoadedConfig, LoadOptions } from './load.ts';

/** What can be said across threads: the kinds of sources and endpoints are the program's own there. */
export type AsideOptions = Omit<LoadOptions, 'families'>;

export type AsideAnswer =
  { readonly loaded: LoadedConfig } | { readonly problems: readonly string[]; readonly missing: boolean };

/**
 * Loads the configuration as `loadConfig` does, in a thread that ends with it: what reading YAML and checking it takes
 * (zod, yaml and all descriptions of settings, some 15 MB) does not stay with a service that runs for years.
 *
 * @throws {ConfigError}
 */
export async function loadConfigAside(options: AsideOptions): Promise<LoadedConfig> {
  const answer = await new Promise<AsideAnswer>((resolve, reject) => {
    const worker = new Worker(new URL('./aside-worker.js', import.meta.url), { workerData: options });
    worker.once('message', resolve).once('error', reject);
  });
  if ('loaded' in answer) return { ...answer.loaded, config: deepFreeze<Config>(answer.loaded.config) };
  throw new (answer.missing ? NoConfig : ConfigError)(answer.problems);
}

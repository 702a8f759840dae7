import { parentPort, workerData } from 'node:worker_threads';
import type { AsideAnswer, AsideOptions } from './aside.ts';
import { ConfigError, NoConfig } from './config-error.ts';
import { loadConfig } from './load.ts';

/** The thread of `aside.ts`. */
async function answer(): Promise<AsideAnswer> {
  try {
    return { loaded: await loadConfig(workerData as AsideOptions) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { problems: error.problems, missing: error instanceof NoConfig };
  }
}

parentPort?.postMessage(await answer());

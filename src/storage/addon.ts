import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** What an addon asks of Node that was compiled with the faulty headers; better-sqlite3 itself never does. */
const ASKS = 'RemoveEnvironmentCleanupHook';

/** What is called when the garbage of better-sqlite3 is collected. Source: nodejs/node#65446, #65262. */
function hasFaultyHeaders(version: string): boolean {
  const [major = 0, minor = 0] = version.replace('v', '').split('.').map(Number);
  return (major === 24 && minor >= 19) || major >= 26;
}

/**
 * Node from 24.19 on gives headers with which an addon is compiled so that it may end the process when its garbage is collected.
 * @returns what to do where better-sqlite3 is such a one; undefined where it is not, or cannot be looked at.
 */
export function addonTrouble(
  version = process.version,
  addon = createRequire(import.meta.url).resolve('better-sqlite3/build/Release/better_sqlite3.node'),
): string | undefined {
  if (!hasFaultyHeaders(version)) return undefined;
  try {
    if (!readFileSync(addon).includes(ASKS)) return undefined;
  } catch {
    return undefined;
  }
  return `better-sqlite3 was compiled with the headers of Node ${version}, whose fault (nodejs/node#65446) may end this process at any time; install Node 22 or 24.18 and p1-relay again`;
}

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describeUnless } from './describe-unless.ts';

/** As `describe`, for a suite that runs Debian's own `tools`. */
export function describeWithTools(name: string, tools: readonly string[], suite: () => void): void {
  const missing = tools.filter((tool) => !isInstalled(tool));
  const lacks = `needs ${missing.join(', ')}, not found on PATH; on Debian: see .ci/run for the packages`;
  describeUnless(missing.length > 0 ? lacks : undefined, name, suite);
}

/** As `describe`, for a suite about files that root makes for others. */
export function describeAsRoot(name: string, suite: () => void): void {
  const isRoot = process.getuid?.() === 0;
  describeUnless(isRoot ? undefined : 'gives files to another user: run it as root', name, suite);
}

function isInstalled(tool: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => isExecutable(join(folder, tool)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Words in front of a command that make file permissions count for it, as they do for everybody but root. */
export function asPlainUser(): string[] {
  const isRoot = process.getuid?.() === 0;
  return isRoot ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--'] : [];
}

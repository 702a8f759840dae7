import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';

/** As `describe`, for a suite that runs Debian's own `tools`. Where one is missing the suite is skipped and the reason printed; in CI it fails. */
export function describeWithTools(name: string, tools: readonly string[], suite: () => void): void {
  const missing = tools.filter((tool) => !isInstalled(tool));
  const reason = `"${name}" needs ${missing.join(', ')}, not found on PATH; on Debian: see .ci/run for the packages`;
  if (missing.length === 0) {
    describe(name, suite);
  } else if (process.env['CI'] === 'true') {
    describe(name, () => test('finds the tools that it runs', () => expect.fail(reason)));
  } else {
    console.warn(`skipped: ${reason}`);
    describe.skip(name, suite);
  }
}

/** As `describe`, for a suite about files that root makes for others. Without root it is skipped and says so; in CI it fails. */
export function describeAsRoot(name: string, suite: () => void): void {
  const reason = `"${name}" gives files to another user: run it as root`;
  if (process.getuid?.() === 0) {
    describe(name, suite);
  } else if (process.env['CI'] === 'true') {
    describe(name, () => test('runs as root', () => expect.fail(reason)));
  } else {
    console.warn(`skipped: ${reason}`);
    describe.skip(name, suite);
  }
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

import { describe, expect, test } from 'vitest';

/**
 * As `describe`, for a suite that cannot run on every machine: where it `lacks` something (the rest of a sentence that
 * begins with its name) it is skipped and the reason printed; in CI it fails.
 */
export function describeUnless(lacks: string | undefined, name: string, suite: () => void): void {
  const reason = `"${name}" ${lacks}`;
  if (lacks === undefined) {
    describe(name, suite);
  } else if (process.env['CI'] === 'true') {
    describe(name, () => test('can run here', () => expect.fail(reason)));
  } else {
    console.warn(`skipped: ${reason}`);
    describe.skip(name, suite);
  }
}

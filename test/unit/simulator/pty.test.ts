import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readPort } from '../../../src/serial/port.ts';
import { openPty } from '../../support/pty.ts';

for (const tool of ['socat', 'python3'] as const) {
  const missing = spawnSync(tool, ['-V']).status !== 0;
  if (missing) console.warn(`skipped: ${tool} is not installed`);

  test.skipIf(missing)(
    `${tool}: bytes written before the port is opened are read, and a hang-up takes all away`,
    async () => {
      const pty = await openPty({ tool });
      const bytes = Buffer.from('before it is opened\r\n');
      await pty.write(bytes);
      const port = readPort({ path: pty.path, baudRate: 115_200 }, new AbortController().signal);
      expect((await port.next()).value).toEqual(bytes);
      await pty.opened;
      await pty.hangUp();
      await expect(port.next()).rejects.toThrow(pty.path);
      expect(existsSync(pty.path)).toBe(false);
      await pty.close();
    },
  );
}

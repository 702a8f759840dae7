import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  findPtyTool,
  openPty as openPtyAt,
  PTY_TOOL_MISSING,
  type Pty,
  type PtyTool,
} from '../../src/simulator/pty.ts';
import { sleep } from '../../src/time/sleep.ts';
import { describeUnless } from './describe-unless.ts';

export type { Pty };

const tool = findPtyTool();

/** Whether tests on real pseudo-terminals can run here, and if not, what to print as the reason. */
export const ptyAvailable: { readonly yes: true } | { readonly yes: false; readonly reason: string } =
  tool === undefined ? { yes: false, reason: PTY_TOOL_MISSING } : { yes: true };

/** As `describe`, for a suite on pseudo-terminals. */
export function describeWithPty(name: string, suite: () => void): void {
  describeUnless(ptyAvailable.yes ? undefined : `needs pseudo-terminals: ${ptyAvailable.reason}`, name, suite);
}

/** A pseudo-terminal at `link`, or in a temporary folder of its own. `close` leaves no process, link or folder behind. */
export async function openPty(
  options: { link?: string; tool?: PtyTool } = {},
): Promise<Pty & { close(): Promise<void> }> {
  const folder = options.link === undefined ? await mkdtemp(join(tmpdir(), 'p1-relay-pty-')) : undefined;
  const link = options.link ?? join(folder ?? '', 'port');
  const pty = await openPtyAt({ link, tool: options.tool ?? tool });
  return {
    ...pty,
    async close() {
      await pty.hangUp();
      if (folder !== undefined) await rm(folder, { recursive: true });
    },
  };
}

const GARBAGE = Buffer.alloc(400, 0xfe);

/**
 * A meter whose line has one speed: it prints until the signal aborts, and whoever has opened the port at another speed
 * reads garbage in the place of each telegram.
 */
export async function talkAt(pty: Pty, baudRate: number, telegram: Uint8Array, signal: AbortSignal): Promise<void> {
  await pty.opened;
  while (!signal.aborted) {
    const { stdout } = await promisify(execFile)('stty', ['-F', pty.path, 'speed']);
    await pty.write(stdout.trim() === String(baudRate) ? telegram : GARBAGE);
    await sleep(200, signal);
  }
}

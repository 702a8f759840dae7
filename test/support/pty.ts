import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  findPtyTool,
  openPty as openPtyAt,
  PTY_TOOL_MISSING,
  type Pty,
  type PtyTool,
} from '../../src/simulator/pty.ts';

export type { Pty };

const tool = findPtyTool();

/** Whether tests on real pseudo-terminals can run here, and if not, what to print as the reason. */
export const ptyAvailable: { readonly yes: true } | { readonly yes: false; readonly reason: string } =
  tool === undefined ? { yes: false, reason: PTY_TOOL_MISSING } : { yes: true };

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

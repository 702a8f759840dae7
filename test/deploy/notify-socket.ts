import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, vi } from 'vitest';

export interface NotifySocket {
  /** A folder of the test's own; the socket lies in it. */
  readonly folder: string;
  /** What a service that systemd starts finds in its environment. */
  readonly env: { readonly PATH: string | undefined; readonly NOTIFY_SOCKET: string };
  /** Messages in the order they came, without the barriers by which systemd-notify learns that it was read. */
  readonly heard: readonly string[];
  close(): Promise<void>;
}

/** systemd's end of sd_notify(3), played by python3: Node cannot bind a Unix datagram socket. */
export async function openNotifySocket(): Promise<NotifySocket> {
  const folder = await mkdtemp(join(tmpdir(), 'p1-relay-notify-'));
  const socket = join(folder, 'notify');
  const script = join(import.meta.dirname, 'notify-socket.py');
  const listener = spawn('python3', [script, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  createInterface({ input: listener.stdout }).on('line', (line) => lines.push(JSON.parse(line) as string));
  await vi.waitFor(() => expect(lines).toContain('bound'), { timeout: 20_000 });
  return {
    folder,
    env: { PATH: process.env['PATH'], NOTIFY_SOCKET: socket },
    get heard() {
      return lines.filter((line) => line !== 'bound' && line !== 'BARRIER=1');
    },
    async close() {
      listener.kill();
      await once(listener, 'close');
      await rm(folder, { recursive: true });
    },
  };
}

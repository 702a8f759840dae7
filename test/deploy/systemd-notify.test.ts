import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createServiceManager } from '../../src/service/systemd.ts';
import { describeWithTools } from '../support/tools.ts';

describeWithTools('what systemd is told', ['systemd-notify', 'python3'], () => {
  let folder: string;
  let listener: ChildProcess;
  let heard: string[];
  const onFailure = vi.fn<(message: string) => void>();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'p1-relay-notify-'));
    heard = [];
    const script = join(import.meta.dirname, 'notify-socket.py');
    listener = spawn('python3', [script, socketPath()], { stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface({ input: listener.stdout! }).on('line', (line) => heard.push(JSON.parse(line) as string));
    await vi.waitFor(() => expect(heard).toEqual(['bound']), { timeout: 20_000 });
    onFailure.mockReset();
  });

  afterEach(async () => {
    listener.kill();
    await once(listener, 'close');
    await rm(folder, { recursive: true });
  });

  const socketPath = (): string => join(folder, 'notify');
  const environment = (): Record<string, string | undefined> => ({
    PATH: process.env['PATH'],
    NOTIFY_SOCKET: socketPath(),
  });

  // sd_notify(3): assignments one a line; BARRIER=1 is how systemd-notify learns that its message was read.
  test('arrives on a real socket, each state with its status line, in order', async () => {
    const manager = createServiceManager({ env: environment(), onFailure });

    await manager.ready('reading from /dev/ttyUSB0');
    await manager.alive('60 telegrams accepted\nvps: 3 waiting');
    await manager.stopping('stopping');

    await vi.waitFor(() =>
      expect(heard.filter((message) => message !== 'BARRIER=1')).toEqual([
        'bound',
        'READY=1\nSTATUS=reading from /dev/ttyUSB0',
        'WATCHDOG=1\nSTATUS=60 telegrams accepted vps: 3 waiting',
        'STOPPING=1\nSTATUS=stopping',
      ]),
    );
    expect(onFailure).not.toHaveBeenCalled();
  });

  test('a socket that is gone is reported once, with what to do, and throws nothing', async () => {
    const env = { ...environment(), NOTIFY_SOCKET: join(folder, 'gone') };
    const manager = createServiceManager({ env, onFailure });

    await manager.ready('reading');
    await manager.alive('still reading');

    expect(onFailure).toHaveBeenCalledOnce();
    expect(onFailure).toHaveBeenCalledWith(expect.stringContaining('systemd was not told READY=1'));
    expect(onFailure).toHaveBeenCalledWith(expect.stringContaining('NotifyAccess=all'));
  });

  test('a machine without systemd-notify is reported and throws nothing', async () => {
    const manager = createServiceManager({ env: { ...environment(), PATH: folder }, onFailure });

    await manager.ready('reading');

    expect(onFailure).toHaveBeenCalledWith(expect.stringMatching(/ENOENT.*package systemd/));
  });

  test('nothing is said where NOTIFY_SOCKET is not set', async () => {
    const manager = createServiceManager({ env: { PATH: folder }, onFailure });

    await manager.ready('reading');

    expect(heard).toEqual(['bound']);
    expect(onFailure).not.toHaveBeenCalled();
  });
});

import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createServiceManager } from '../../src/service/systemd.ts';
import { describeWithTools } from '../support/tools.ts';
import { openNotifySocket, type NotifySocket } from './notify-socket.ts';

describeWithTools('what systemd is told', ['systemd-notify', 'python3'], () => {
  let systemd: NotifySocket;
  const onFailure = vi.fn<(message: string) => void>();

  beforeEach(async () => {
    systemd = await openNotifySocket();
    onFailure.mockReset();
  });
  afterEach(() => systemd.close());

  // sd_notify(3): assignments, one a line.
  test('arrives on a real socket, each state with its status line, in order', async () => {
    const manager = createServiceManager({ env: systemd.env, onFailure });

    await manager.ready('reading from /dev/ttyUSB0');
    await manager.alive('60 telegrams accepted\nvps: 3 waiting');
    await manager.stopping('stopping');

    await vi.waitFor(() =>
      expect(systemd.heard).toEqual([
        'READY=1\nSTATUS=reading from /dev/ttyUSB0',
        'WATCHDOG=1\nSTATUS=60 telegrams accepted vps: 3 waiting',
        'STOPPING=1\nSTATUS=stopping',
      ]),
    );
    expect(onFailure).not.toHaveBeenCalled();
  });

  test('a socket that is gone is reported once, with what to do, and throws nothing', async () => {
    const env = { ...systemd.env, NOTIFY_SOCKET: join(systemd.folder, 'gone') };
    const manager = createServiceManager({ env, onFailure });

    await manager.ready('reading');
    await manager.alive('still reading');

    expect(onFailure).toHaveBeenCalledOnce();
    expect(onFailure).toHaveBeenCalledWith(expect.stringContaining('systemd was not told READY=1'));
    expect(onFailure).toHaveBeenCalledWith(expect.stringContaining('NotifyAccess=all'));
  });

  test('a machine without systemd-notify is reported and throws nothing', async () => {
    const manager = createServiceManager({ env: { ...systemd.env, PATH: systemd.folder }, onFailure });

    await manager.ready('reading');

    expect(onFailure).toHaveBeenCalledWith(expect.stringMatching(/ENOENT.*package systemd/));
  });

  // With systemd-notify out of reach, an attempt to run it would be reported.
  test('nothing is tried where NOTIFY_SOCKET is not set', async () => {
    const manager = createServiceManager({ env: { PATH: systemd.folder }, onFailure });

    await manager.ready('reading');

    expect(onFailure).not.toHaveBeenCalled();
  });
});

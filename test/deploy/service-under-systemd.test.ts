import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { dirname, delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { describeWithTools } from '../support/tools.ts';
import { openNotifySocket, type NotifySocket } from './notify-socket.ts';

const program = join(import.meta.dirname, '../../dist/cli.js');
const WATCHDOG_USEC = '1000000';

describeWithTools('the built program under Type=notify', ['systemd-notify', 'python3'], () => {
  let systemd: NotifySocket;
  let silentMeter: Server;
  const connections = new Set<Socket>();

  beforeEach(async () => {
    systemd = await openNotifySocket();
    silentMeter = createServer((socket) => connections.add(socket)).listen(0, '127.0.0.1');
    await once(silentMeter, 'listening');
  });
  afterEach(async () => {
    connections.forEach((socket) => socket.destroy());
    silentMeter.close();
    await systemd.close();
  });

  test('is ready before the meter talks, feeds the watchdog while it is silent, and says that it stops', async () => {
    const config = join(systemd.folder, 'config.yaml');
    await writeFile(config, configuration((silentMeter.address() as AddressInfo).port, systemd.folder));
    const path = [dirname(process.execPath), systemd.env.PATH].join(delimiter);
    const env = { ...systemd.env, PATH: path, WATCHDOG_USEC, HOME: systemd.folder };
    const service = spawn(program, ['run', '--config', config], { env, stdio: 'ignore' });
    const ended = once(service, 'close');

    const beats = () => systemd.heard.filter((message) => message.startsWith('WATCHDOG=1\nSTATUS='));
    await vi.waitFor(() => expect(beats().length).toBeGreaterThan(2), { timeout: 30_000 });
    service.kill('SIGTERM');

    expect(await ended).toEqual([0, null]);
    expect(systemd.heard.at(0)).toMatch(/^READY=1\nSTATUS=./);
    expect(systemd.heard.at(-1)).toMatch(/^STOPPING=1\n/);
  });
});

function configuration(port: number, folder: string): string {
  return `source: { type: tcp, host: 127.0.0.1, port: ${String(port)} }
endpoints: [{ name: home, type: dsmr-v1, url: "http://127.0.0.1:9", key: { env: HOME } }]
state: { dir: "${folder}/state" }
`;
}

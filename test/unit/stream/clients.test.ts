import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Clients } from '../../../src/stream/clients.ts';

const CONFIG = {
  ...{ enabled: true, host: '0.0.0.0', port: 8023, source: undefined, maxClients: 3, maxPerAddress: 2 },
  ...{ allowCidrs: ['192.168.1.0/24', 'fd00::/8'], addChecksum: false },
};

/** A connection that came from there. */
function from(address: string): Socket {
  return Object.defineProperty(new Socket(), 'remoteAddress', { value: address });
}

function clients(): { all: Clients; told: string[] } {
  const told: string[] = [];
  const tell = (address: string, reason: string): void => void told.push(`${address} ${reason}`);
  return { all: new Clients(CONFIG, { refused: tell, dropped: tell }), told };
}

test.each([
  ['192.168.1.7', true],
  ['::ffff:192.168.1.7', true],
  ['fd12::1', true],
  ['127.0.0.1', true],
  ['::1', true],
  ['192.168.2.7', false],
  ['::ffff:10.0.0.1', false],
  ['2001:db8::1', false],
])('where allowCidrs names networks, one of %s is let in: %s', (address, isLetIn) => {
  const { all, told } = clients();
  const socket = from(address);
  expect(all.admit(socket) !== undefined).toBe(isLetIn);
  expect([socket.destroyed, all.refused.network, told.length]).toEqual(isLetIn ? [false, 0, 0] : [true, 1, 1]);
  socket.destroy();
});

test('more than maxClients are sent away, wherever they come from', () => {
  const { all, told } = clients();
  const sockets = ['192.168.1.1', '192.168.1.2', '192.168.1.3', '192.168.1.4'].map(from);
  const admitted = sockets.map((socket) => all.admit(socket) !== undefined);
  expect(admitted).toEqual([true, true, true, false]);
  expect(told).toEqual(['192.168.1.4 full']);
  for (const socket of sockets) socket.destroy();
});

import { isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';
import { A_NETWORK, readNetwork } from '../settings/network.ts';

const ADDRESS = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]/]+)):(\d{1,5})$/i;

/** A setting that says where something listens; by default on this machine alone, at this port. */
export function listenAt(port: number) {
  const expected = `expected an address and a port, such as 127.0.0.1:${port}, 0.0.0.0:${port} or [::1]:${port}`;
  return z
    .string()
    .refine((text) => readAddress(text) !== undefined, expected)
    .prefault(`127.0.0.1:${port}`)
    .describe('address and port; 127.0.0.1 is for this machine alone, 0.0.0.0 for the whole network');
}

/** Networks that may connect; this machine itself always may. */
export const allowCidrs = z
  .array(z.string().refine((text) => readNetwork(text) !== undefined, A_NETWORK))
  .max(64)
  .prefault([])
  .describe('networks that may connect, such as 192.168.1.0/24; by default whoever reaches the address');

/** What such a setting says. Port 0 is any that is free. */
export function readAddress(text: string): { host: string; port: number } | undefined {
  const [, v6, name, port] = ADDRESS.exec(text) ?? [];
  const host = v6 ?? name;
  if (host === undefined || Number(port) > 65_535 || !isHost(host)) return undefined;
  return { host, port: Number(port) };
}

/** A name, or an address that there can be: not 192.168.1.300. */
function isHost(text: string): boolean {
  if (text.includes(':')) return isIPv6(text);
  return !/^[\d.]+$/.test(text) || isIPv4(text);
}

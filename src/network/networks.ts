import { BlockList, isIP } from 'node:net';
import { readNetwork } from '../settings/network.ts';

/** Whether an address lies in one of some networks. */
export class Networks {
  readonly #list = new BlockList();
  readonly #isAny: boolean;

  /** @param networks such as 192.168.1.0/24; none is any address. */
  constructor(networks: readonly string[]) {
    this.#isAny = networks.length === 0;
    for (const network of networks.map(readNetwork))
      if (network !== undefined) this.#list.addSubnet(network.address, network.bits, network.family);
  }

  has(address: string): boolean {
    const family = isIP(address);
    return this.#isAny || (family !== 0 && this.#list.check(address, family === 4 ? 'ipv4' : 'ipv6'));
  }
}

const LOOPBACK = new Networks(['127.0.0.0/8', '::1']);

export function isLoopback(address: string): boolean {
  return LOOPBACK.has(address);
}

/** An address as people write it: IPv4 is IPv4, also on a socket that does both. */
export function plainAddress(address = ''): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

import { isIP } from 'node:net';

/** A network such as 192.168.1.0/24; a single address is one with all of its bits. */
export interface Network {
  readonly address: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** What a person is told who wrote something else. */
export const A_NETWORK = 'expected an address or a network such as 192.168.1.0/24 or fd00::/8';

const WHOLE_NUMBER = /^\d{1,3}$/;

/** Reads `192.168.1.0/24`, or an address alone; undefined for what is neither. */
export function readNetwork(text: string): Network | undefined {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return undefined;
  const most = family === 4 ? 32 : 128;
  if (bits !== undefined && (!WHOLE_NUMBER.test(bits) || Number(bits) > most)) return undefined;
  return { address, bits: bits === undefined ? most : Number(bits), family: family === 4 ? 'ipv4' : 'ipv6' };
}

import { createHash } from 'node:crypto';
import { macAddress } from '../../mac-address.ts';

/** As a network card's address that no maker gave out: whoever joins devices by their cards takes this one for no other. */
const LOCAL = 0x02;
const GROUP = 0x01;

/**
 * What clients know this device by: 12 hexadecimal digits, for ever the same on this machine for this source, and none of
 * the meter's own numbers.
 */
export function serialOf(source: string, mac = macAddress()): string {
  const bytes = createHash('sha256').update(`${mac}/${source}`).digest().subarray(0, 6);
  bytes[0] = ((bytes[0] ?? 0) | LOCAL) & ~GROUP;
  return bytes.toString('hex');
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';

const NETWORK = '/sys/class/net';
const NONE = '00:00:00:00:00:00';

/** Of the machine's first network card: the same whether or not it has a cable, as clients know the agent by it. */
export function macAddress(): string {
  return macAddresses()[0] ?? NONE;
}

/** Of all its cards, by their names; where the system does not tell, of those that have an address. */
export function macAddresses(folder = NETWORK): readonly string[] {
  const cards = cardsIn(folder);
  if (cards.length > 0) return cards;
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  return addresses.filter(({ internal, mac }) => !internal && mac !== NONE).map(({ mac }) => mac);
}

/** What is made by software alone (a bridge, a tunnel) has no device, and comes and goes. */
function cardsIn(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'device')));
    const found = names.sort().map((name) => readFileSync(join(folder, name, 'address'), 'latin1').trim());
    return found.filter((mac) => /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac) && mac !== NONE);
  } catch {
    return [];
  }
}

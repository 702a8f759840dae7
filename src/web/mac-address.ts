import { networkInterfaces } from 'node:os';

/** Of the first network interface that has one. */
export function macAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ internal, mac }) => !internal && mac !== '00:00:00:00:00:00')?.mac ?? '00:00:00:00:00:00';
}

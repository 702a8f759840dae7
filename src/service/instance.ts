import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Tells this service from others in the same network, twelve hexadecimal digits that stay the same from start to start.
 * The machine's own id is not to be handed out as it is: machine-id(5).
 */
export function instanceId(stateDir: string, machineIdFile = '/etc/machine-id'): string {
  const machine = machineId(machineIdFile) ?? hostname();
  return createHash('sha256').update(`p1-relay\0${machine}\0${stateDir}`).digest('hex').slice(0, 12);
}

function machineId(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

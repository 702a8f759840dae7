import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/**
 * A moment as a text that later processes can measure from, whatever the wall clock is set to meanwhile: which boot of
 * the machine, and how long that had lasted.
 */
export function momentNow(): string {
  return `${bootId()} ${uptimeMs()}`;
}

/** At least so many milliseconds have passed since that moment: across a boot only those since it are known. */
export function elapsedSince(moment: string): number {
  const [boot, ms] = moment.split(' ');
  return boot === bootId() ? Math.max(0, uptimeMs() - Number(ms)) : uptimeMs();
}

function uptimeMs(): number {
  return Math.round(uptime() * 1_000);
}

function bootId(): string {
  try {
    return readFileSync(BOOT_ID, 'latin1').trim();
  } catch {
    // Without one no two moments are of the same boot, which makes every wait the longer one.
    return 'unknown';
  }
}

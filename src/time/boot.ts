import { existsSync, readFileSync } from 'node:fs';
import { uptime } from 'node:os';

const BOOT_ID = '/proc/sys/kernel/random/boot_id';
/** Made by systemd-timesyncd, the one while it runs, the other once it has set the clock. */
const TIMESYNC = '/run/systemd/timesync';
const SYNCHRONISED = `${TIMESYNC}/synchronized`;
/** A machine with a battery need not be told the time. */
const HARDWARE_CLOCK = '/sys/class/rtc/rtc0';

/** What this machine says of the time, all in milliseconds. */
export interface MachineTime {
  /** Which start of the machine it is. */
  readonly boot: string;
  /** Since 1970. */
  readonly wallMs: number;
  /** Since the machine was started, whatever the wall clock is set to. */
  readonly uptimeMs: number;
  /** Whether the service that sets the clock has done so; undefined where none tells. */
  readonly isSynchronised: boolean | undefined;
}

export function machineTime(): MachineTime {
  return { boot: bootId(), wallMs: Date.now(), uptimeMs: uptimeMs(), isSynchronised: isSynchronised() };
}

function isSynchronised(): boolean | undefined {
  if (existsSync(SYNCHRONISED)) return true;
  return existsSync(TIMESYNC) && !existsSync(HARDWARE_CLOCK) ? false : undefined;
}

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

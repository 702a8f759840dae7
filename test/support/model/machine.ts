import type { MachineTime } from '../../../src/time/boot.ts';

/**
 * The machine on which the model's processes run, one after the other: it stands in for `src/time/boot.ts`, whose
 * uptime no fake clock moves.
 */
let boot = 1;
let bootedAtMs = 0;

/** All processes are gone, and so is the uptime; what was written stays. */
export function reboot(): void {
  boot += 1;
  bootedAtMs = performance.now();
}

/** Its clock was set all the time. */
export function machineTime(): MachineTime {
  return { boot: String(boot), wallMs: Date.now(), uptimeMs: uptimeMs(), isSynchronised: true };
}

export function momentNow(): string {
  return `${boot} ${uptimeMs()}`;
}

export function elapsedSince(moment: string): number {
  const [of, ms] = moment.split(' ');
  return Number(of) === boot ? Math.max(0, uptimeMs() - Number(ms)) : uptimeMs();
}

function uptimeMs(): number {
  return Math.round(performance.now() - bootedAtMs);
}

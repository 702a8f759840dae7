import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * What the service says to systemd (sd_notify(3)). Outside systemd every call does nothing.
 * No call ever throws: a service that runs well must not end because nobody could be told so.
 */
export interface ServiceManager {
  /** Milliseconds between two calls of `alive`: half of what the unit's `WatchdogSec=` allows, at most a minute; undefined outside systemd. */
  readonly beatMs: number | undefined;
  /** Configuration valid, store open, endpoints and sources started. Says nothing about the meter. */
  ready(status: string): Promise<void>;
  /** Feeds the watchdog; the status line rides along. */
  alive(status: string): Promise<void>;
  /** The way out has begun. */
  stopping(status: string): Promise<void>;
}

export interface ServiceManagerOptions {
  /** Of it: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID and PATH. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called once, with a line for people, when systemd could not be told something. */
  readonly onFailure: (message: string) => void;
}

export function createServiceManager({ env, onFailure }: ServiceManagerOptions): ServiceManager {
  let failed = false;
  const tell = async (state: string, status: string): Promise<void> => {
    if (env['NOTIFY_SOCKET'] === undefined) return;
    try {
      await notify([state, `STATUS=${oneLine(status)}`], env);
    } catch (error) {
      if (!failed) onFailure(failureLine(state, error));
      failed = true;
    }
  };
  return {
    beatMs: beatOf(env),
    ready: (status) => tell('READY=1', status),
    alive: (status) => tell('WATCHDOG=1', status),
    stopping: (status) => tell('STOPPING=1', status),
  };
}

export interface WatchdogOptions {
  readonly manager: ServiceManager;
  /** The line that `systemctl status` shows. */
  readonly status: () => string;
  /** Names what hangs, such as an append that does not return; undefined while all is well. A silent meter or a server that is down is well. */
  readonly hanging: () => string | undefined;
  /** Called at each beat that is withheld: when it goes on for `WatchdogSec=`, systemd kills and restarts the service. */
  readonly onWithheld: (what: string) => void;
}

/** Tells systemd at every beat, until `signal` aborts, that the event loop turns and nothing hangs. */
export function feedWatchdog({ manager, status, hanging, onWithheld }: WatchdogOptions, signal: AbortSignal): void {
  if (manager.beatMs === undefined || signal.aborted) return;
  const beat = (): void => {
    const what = hanging();
    if (what === undefined) void manager.alive(status());
    else onWithheld(what);
  };
  const timer = setInterval(beat, manager.beatMs).unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}

// So that the status line stays fresh where the unit sets no watchdog, or a slow one.
const LONGEST_BEAT_MS = 60_000;

// As sd_watchdog_enabled(3): WATCHDOG_PID names the process that is meant, and a wrapper may have passed the variables on.
function beatOf(env: ServiceManagerOptions['env']): number | undefined {
  if (env['NOTIFY_SOCKET'] === undefined) return undefined;
  const meant = env['WATCHDOG_PID'] === undefined || env['WATCHDOG_PID'] === String(process.pid);
  const watchdogMs = Number(env['WATCHDOG_USEC']) / 1000;
  return meant && watchdogMs > 0 ? Math.min(watchdogMs / 2, LONGEST_BEAT_MS) : LONGEST_BEAT_MS;
}

// systemd-notify itself gives up on a slow answer after five seconds; the rest is room for a Pi under load.
const NOTIFY_TIMEOUT_MS = 10_000;

// Node has no Unix datagram socket, and a native module for two messages a minute would need a compiler on the Pi. This child
// costs some 7 ms a call, 0.02 % of a CPU, and stays until systemd has read the message: one whose sender is gone by then is
// lost, because systemd no longer knows whose it was. The unit needs NotifyAccess=all, the sender being a child.
async function notify(assignments: readonly string[], env: ServiceManagerOptions['env']): Promise<void> {
  const { PATH, NOTIFY_SOCKET } = env;
  await run('systemd-notify', assignments, {
    env: { PATH, NOTIFY_SOCKET },
    timeout: NOTIFY_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
}

const run = promisify(execFile);

// A line break would start another assignment, and a NUL cannot be an argument.
function oneLine(status: string): string {
  return status.replaceAll(/[\0\r\n]+/g, ' ');
}

function failureLine(state: string, error: unknown): string {
  const reason = error instanceof Error ? error.message.trim() : String(error);
  return `systemd was not told ${state}: ${reason}; expected the command systemd-notify (package systemd) and NotifyAccess=all in the unit, or else Type=exec without WatchdogSec=`;
}

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createServiceManager, feedWatchdog, type ServiceManager } from '../../../src/service/systemd.ts';

const NOTIFY_SOCKET = '/run/systemd/notify';
const OWN_PID = String(process.pid);
const ANOTHER_PID = '1';

describe('the beat', () => {
  test.each([
    ['half of what the watchdog allows', { NOTIFY_SOCKET, WATCHDOG_USEC: '20000000', WATCHDOG_PID: OWN_PID }, 10_000],
    ['also where no process is named', { NOTIFY_SOCKET, WATCHDOG_USEC: '20000000' }, 10_000],
    ['a minute at most, for a fresh status line', { NOTIFY_SOCKET, WATCHDOG_USEC: '86400000000' }, 60_000],
    ['a minute where the unit has no watchdog', { NOTIFY_SOCKET }, 60_000],
    [
      'a minute where it means another process',
      { NOTIFY_SOCKET, WATCHDOG_USEC: '20000000', WATCHDOG_PID: ANOTHER_PID },
      60_000,
    ],
    ['a minute where the number is none', { NOTIFY_SOCKET, WATCHDOG_USEC: 'often' }, 60_000],
    ['never outside systemd', {}, undefined],
  ])('is %s', (_, env, expected) => {
    expect(createServiceManager({ env, onFailure: vi.fn() }).beatMs).toBe(expected);
  });
});

describe('the watchdog', () => {
  let stop: AbortController;
  let hanging: string | undefined;
  const alive = vi.fn<ServiceManager['alive']>();
  const onWithheld = vi.fn<(what: string) => void>();

  beforeEach(() => {
    vi.useFakeTimers();
    stop = new AbortController();
    hanging = undefined;
    alive.mockReset();
    onWithheld.mockReset();
  });
  afterEach(() => {
    stop.abort();
    vi.useRealTimers();
  });

  const feed = (beatMs: number | undefined): void => {
    const manager = { beatMs, alive } as unknown as ServiceManager;
    feedWatchdog({ manager, status: () => '7 waiting', hanging: () => hanging, onWithheld }, stop.signal);
  };

  test('is fed at each beat, with the status line of that moment', () => {
    feed(10_000);

    vi.advanceTimersByTime(35_000);

    expect(alive.mock.calls).toEqual([['7 waiting'], ['7 waiting'], ['7 waiting']]);
  });

  test('is not fed while something hangs, says what, and is fed again after it', () => {
    feed(10_000);
    hanging = 'an append to the journal';
    vi.advanceTimersByTime(10_000);
    hanging = undefined;
    vi.advanceTimersByTime(10_000);

    expect(onWithheld.mock.calls).toEqual([['an append to the journal']]);
    expect(alive).toHaveBeenCalledOnce();
  });

  test('rests once the service stops', () => {
    feed(10_000);
    stop.abort();

    vi.advanceTimersByTime(60_000);

    expect(alive).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('rests outside systemd', () => {
    feed(undefined);

    expect(vi.getTimerCount()).toBe(0);
  });
});

import { standardOffsetMinutes } from '../reading/local-time.ts';
import { meterTime } from '../reading/time.ts';
import type { Telegram } from '../telegram/telegram.ts';

interface Meter {
  readonly name: string;
  /** IANA name of the zone that it stands in. */
  readonly timeZone: string;
}

/** By source: how far its meter's clock was ahead of ours, in milliseconds, in its newest telegram; none without a clock. */
export function skewsOf(meters: readonly Meter[], newest: ReadonlyMap<string, Telegram>): ReadonlyMap<string, number> {
  const skews = new Map<string, number>();
  for (const { name, timeZone } of meters) {
    const telegram = newest.get(name);
    if (telegram === undefined) continue;
    const stamp = meterTime(telegram.raw, { standardOffset: standardOffsetMinutes(timeZone) });
    if (stamp !== undefined) skews.set(name, stamp.getTime() - telegram.receivedAt.getTime());
  }
  return skews;
}

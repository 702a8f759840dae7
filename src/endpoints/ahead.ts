import { Unreadable } from '../outbox/endpoint.ts';
import { parseReading, type Reading } from '../reading/reading.ts';
import type { Telegram } from '../telegram/telegram.ts';

const HOUR = 3_600_000;

/** API v1 takes no telegram with a stamp further ahead of its own clock, and answers as if it could not read it. */
const MOST_AHEAD_MS = 24 * HOUR;

const REMEDY =
  "if this machine's clock is right, have the grid operator set the meter's, or use an endpoint of type dsmr-v2, which takes it";

/** The same refusal with the stamp that is its cause; undefined where no stamp of the telegram lies too far ahead. */
export function tooFarAhead(telegram: Telegram, now: Date, { message }: Unreadable): Unreadable | undefined {
  const stamps = stampsOf(parseReading(telegram)).map((stamp) => ({ ...stamp, ms: Date.parse(stamp.time) }));
  const last = stamps.reduce((latest, stamp) => (stamp.ms > latest.ms ? stamp : latest), { of: '', time: '', ms: 0 });
  const aheadMs = last.ms - now.getTime();
  if (aheadMs <= MOST_AHEAD_MS) return undefined;
  const ahead = `${last.of} says ${last.time}, ${Math.floor(aheadMs / HOUR)} h ahead of this machine`;
  return new Unreadable(`${message}: ${ahead}; expected at most 24 h`, REMEDY);
}

/** Whatever a telegram says of the time, and which clock says it. */
function stampsOf({ meter, mbus }: Reading): { of: string; time: string }[] {
  const devices = Object.entries(mbus).flatMap(([channel, values]) =>
    [values.register, values.registerUnconverted, values.registerHourly].map((capture) => ({
      of: `the clock of the meter on M-Bus channel ${channel}`,
      time: capture?.time,
    })),
  );
  const all = [{ of: "the meter's clock", time: meter.time }, ...devices];
  return all.flatMap(({ of, time }) => (time ? [{ of, time }] : []));
}

/**
 * Local time of Europe/Amsterdam, the zone of every DSMR-reader, by the EU rule (summer time from the last Sunday of
 * March to the last Sunday of October, both at 01:00 UTC). Independent of the program's own code on purpose.
 */

const HOUR = 3_600_000;

/** `2010-12-09T11:30:20+01:00`: how the API prints an instant. */
export function printLocal(ms: number): string {
  const hours = offsetHours(ms);
  return `${new Date(ms + hours * HOUR).toISOString().slice(0, 19)}+0${hours}:00`;
}

/**
 * The instant of a local time given as if it were UTC. In the autumn hour that comes twice, and in the spring hour
 * that never comes, `summer` decides; at all other times the calendar does, whatever `summer` says.
 */
export function fromLocal(localAsUtcMs: number, summer: boolean): number {
  const candidates = localCandidates(localAsUtcMs);
  return candidates.length === 1 ? candidates[0]! : localAsUtcMs - (summer ? 2 : 1) * HOUR;
}

/** Every instant that reads as this local time: none in the spring gap, two in the autumn overlap. */
export function localCandidates(localAsUtcMs: number): number[] {
  return [2, 1]
    .map((hours) => localAsUtcMs - hours * HOUR)
    .filter((ms) => ms + offsetHours(ms) * HOUR === localAsUtcMs);
}

function offsetHours(ms: number): 1 | 2 {
  const year = new Date(ms).getUTCFullYear();
  return ms >= lastSunday(year, 2) && ms < lastSunday(year, 9) ? 2 : 1;
}

function lastSunday(year: number, month: number): number {
  const lastDay = new Date(Date.UTC(year, month, 31, 1));
  return lastDay.getTime() - lastDay.getUTCDay() * 24 * HOUR;
}

import { isSummer, printMoment } from './time.ts';

/**
 * Zones of meters whose rule is known: standard offset in minutes, an hour more in the summer of the EU. The tables of
 * all time zones, some 6 MB of a Pi's memory, are looked at only for others.
 */
const EU_ZONES: Readonly<Record<string, number>> = {
  'Europe/Amsterdam': 60,
  'Europe/Brussels': 60,
  'Europe/Luxembourg': 60,
  'Europe/Stockholm': 60,
  'Europe/Budapest': 60,
  'Europe/Vienna': 60,
  'Europe/Vilnius': 120,
  'Europe/Helsinki': 120,
};
const SUMMER = 60;

/** `2026-07-01T14:00:00+02:00`: an instant to the second, as clocks in this IANA time zone show it, with their offset. */
export function localTime(instant: Date, timeZone: string): string {
  return printMoment({ ms: instant.getTime(), offset: offsetMinutes(instant, timeZone) });
}

/** How far that zone is ahead of UTC in winter: what the `W` of a meter's stamp stands for there. */
export function standardOffsetMinutes(timeZone: string, year = new Date().getUTCFullYear()): number {
  const [january, july] = [0, 6].map((month) => offsetMinutes(new Date(Date.UTC(year, month, 1)), timeZone));
  return Math.min(january ?? 0, july ?? 0);
}

/** How far clocks there are ahead of UTC at an instant. */
export function offsetMinutes(instant: Date, timeZone: string): number {
  const ms = instant.getTime();
  const standard = EU_ZONES[timeZone];
  if (standard !== undefined) return standard + (isSummer(ms) ? SUMMER : 0);
  return zoneOf(timeZone).offsetMinutes(ms);
}

const DAY_MS = 86_400_000;

/** A zone by the tables of all zones. They are slow to ask, and most questions are of the day of the one before. */
class Zone {
  readonly #format: Intl.DateTimeFormat;
  #day = NaN;
  /** All through that day; undefined where clocks change in it. */
  #ofDay: number | undefined;

  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  }

  offsetMinutes(ms: number): number {
    const day = Math.floor(ms / DAY_MS);
    if (day !== this.#day) {
      const [first, last] = [day * DAY_MS, (day + 1) * DAY_MS - 1].map((at) => this.#look(at));
      this.#ofDay = first === last ? first : undefined;
      this.#day = day;
    }
    return this.#ofDay ?? this.#look(ms);
  }

  #look(ms: number): number {
    const parts = this.#format.formatToParts(ms);
    const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours = '0', minutes = '0'] = /^GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  }
}

/** To make one costs a hundred times what using it does; who asks over the network may name them all. */
const zones = new Map<string, Zone>();
const MOST_ZONES = 8;

function zoneOf(timeZone: string): Zone {
  const known = zones.get(timeZone);
  if (known !== undefined) return known;
  const zone = new Zone(timeZone);
  const [oldest] = zones.keys();
  if (zones.size >= MOST_ZONES && oldest !== undefined) zones.delete(oldest);
  zones.set(timeZone, zone);
  return zone;
}

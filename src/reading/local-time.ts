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
  const standard = EU_ZONES[timeZone];
  if (standard !== undefined) return standard + (isSummer(instant.getTime()) ? SUMMER : 0);
  const parts = formatOf(timeZone).formatToParts(instant);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = '0', minutes = '0'] = /^GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** Making a format costs a hundred times what using it does, and one process knows few zones. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  formats.set(timeZone, format);
  return format;
}

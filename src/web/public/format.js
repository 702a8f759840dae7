/** Numbers and times as people of the page's language write them. */
import { language } from './words.js';

const number = (value, digits) =>
  new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);

export const count = (value) => number(value, 0);

/** Watts. */
export const watts = (value) => `${number(value, 0)} W`;

/** Of Wh, dm3 or MJ. */
export function amount(value, unit) {
  if (unit === 'Wh') return `${number(value / 1_000, 3)} kWh`;
  if (unit === 'dm3') return `${number(value / 1_000, 3)} m³`;
  return `${number(value / 1_000, 3)} GJ`;
}

/** In the unit that an axis is labelled with. */
export const scaled = (value) => value / 1_000;
export const unitOf = (unit) => ({ Wh: 'kWh', dm3: 'm³', MJ: 'GJ' })[unit];

const FORMATS = {
  clock: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  moment: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  day: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
  date: { day: 'numeric', month: 'short', year: 'numeric' },
  month: { month: 'long', year: 'numeric' },
  year: { year: 'numeric' },
  hourOfDay: { hour: '2-digit', minute: '2-digit' },
  dayOfMonth: { weekday: 'short', day: 'numeric' },
  monthOfYear: { month: 'short' },
};

const calendar = (form) =>
  new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { hourCycle: 'h23', ...FORMATS[form] });

/** A moment in one of these forms. */
export const moment = (time, form = 'moment') => calendar(form).format(new Date(time));

/** From the first to the last of some days: what both have is said once. */
export const days = (first, last) => calendar('date').formatRange(first, last);

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** How long seconds are, in the largest unit that fits and the next: `1 hour 15 minutes`. */
export function span(seconds) {
  const last = UNITS.length - 1;
  const first = UNITS.findIndex(([, size]) => seconds >= size || size === 1);
  const [large, small] = [UNITS[first], UNITS[Math.min(first + 1, last)]];
  const rounded = Math.round(seconds / small[1]) * small[1];
  const many = Math.floor(rounded / large[1]);
  const few = (rounded % large[1]) / small[1];
  return few === 0 ? inUnit(many, large[0]) : `${inUnit(many, large[0])} ${inUnit(few, small[0])}`;
}

const inUnit = (value, unit) =>
  new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(value);

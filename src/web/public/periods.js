/** Periods of the calendar: what each is cut into, and how it and its bars are called. */

const HOUR_MS = 3_600_000;
const byDays = (days) => (date, by) => new Date(date.getFullYear(), date.getMonth(), date.getDate() + days * by);
const byMonths = (months) => (date, by) => new Date(date.getFullYear(), date.getMonth() + months * by, 1);
/** By time that goes by: a day has 23 or 25 of them where clocks change. */
const byHours = (date, by) => new Date(date.getTime() + by * HOUR_MS);

export const PERIODS = {
  day: { resolution: 'hours', title: 'day', bar: 'hourOfDay', step: byDays(1), cut: byHours },
  week: { resolution: 'days', bar: 'dayOfMonth', step: byDays(7), cut: byDays(1) },
  month: { resolution: 'days', title: 'month', bar: 'dayOfMonth', step: byMonths(1), cut: byDays(1) },
  year: { resolution: 'months', title: 'year', bar: 'monthOfYear', step: byMonths(12), cut: byMonths(1) },
};

/** Midnight at the beginning of the period that a moment is in; weeks begin on Monday. */
export function beginOf(period, moment) {
  const begin = new Date(moment.getFullYear(), moment.getMonth(), moment.getDate());
  if (period === 'week') begin.setDate(begin.getDate() - ((begin.getDay() + 6) % 7));
  if (period === 'month' || period === 'year') begin.setDate(1);
  if (period === 'year') begin.setMonth(0);
  return begin;
}

/** The period as many places later, or earlier. */
export const next = (period, from, by) => PERIODS[period].step(from, by);

/**
 * The parts of a period, those to come among them, each with its point or undefined. A point belongs where its middle lies: the
 * clock of the browser may be in another zone than the meter.
 * @param {{ from: string, to: string }[]} points
 */
export function partsOf(period, from, points) {
  const { cut } = PERIODS[period];
  const end = next(period, from, 1);
  const parts = [];
  for (let begin = from; begin < end; begin = cut(begin, 1)) {
    const until = cut(begin, 1);
    parts.push({ begin, point: points.find((point) => isWithin(middleOf(point), begin, until)) });
  }
  return parts;
}

const middleOf = ({ from, to }) => (Date.parse(from) + Date.parse(to)) / 2;
const isWithin = (moment, begin, end) => begin <= moment && moment < end;

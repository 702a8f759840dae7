import { get } from '../api.js';
import { Chart } from '../chart.js';
import { fill, make, tableUnder } from '../dom.js';
import { amount, moment, scaled, unitOf } from '../format.js';
import { say } from '../words.js';

/** What a period is cut into, what it is called, and what stands under its bars. */
const PERIODS = {
  day: { resolution: 'hours', title: 'day', bar: 'hourOfDay', step: (date, by) => date.setDate(date.getDate() + by) },
  week: {
    resolution: 'days',
    title: 'day',
    bar: 'dayOfMonth',
    step: (date, by) => date.setDate(date.getDate() + 7 * by),
  },
  month: {
    resolution: 'days',
    title: 'month',
    bar: 'dayOfMonth',
    step: (date, by) => date.setMonth(date.getMonth() + by),
  },
  year: {
    resolution: 'months',
    title: 'year',
    bar: 'monthOfYear',
    step: (date, by) => date.setFullYear(date.getFullYear() + by),
  },
};

/** Bars of usage: a day, week, month or year of one medium, and the ones before it. */
export class UsageCard {
  #root;
  #period = 'day';
  #medium = 'electricity';
  #media = ['electricity'];
  #from = beginOf('day', new Date());
  #bar = make('div', { class: 'bar' });
  #chartRoot = make('div', { class: 'chart', role: 'img' });
  #table = make('div');
  #chart;

  constructor(root) {
    this.#root = root;
    this.title = make('h2', { id: 'usage-title' });
    root.replaceChildren(this.title, this.#bar, this.#chartRoot, this.#table);
    this.#chart = new Chart(this.#chartRoot);
  }

  /** @param {readonly string[]} media */
  async show(media = this.#media) {
    this.#media = media;
    this.title.textContent = say('usage');
    this.#showBar();
    const { resolution } = PERIODS[this.#period];
    const to = next(this.#period, this.#from, 1);
    const query = { from: this.#from.toISOString(), to: to.toISOString(), resolution, medium: this.#medium };
    const { unit, data } = await get('edge/v1/usage', query);
    this.#draw(unit, data);
  }

  #showBar() {
    const choice = (names, chosen, choose) =>
      names.map((name) =>
        make(
          'button',
          { type: 'button', 'aria-pressed': String(name === chosen), onclick: () => choose(name) },
          say(name),
        ),
      );
    const isNow = next(this.#period, this.#from, 1) > new Date();
    const go = (by) => () => this.#go(next(this.#period, this.#from, by));
    const media = this.#media.length > 1 ? choice(this.#media, this.#medium, (medium) => this.#choose({ medium })) : [];
    fill(
      this.#bar,
      ...choice(Object.keys(PERIODS), this.#period, (period) => this.#choose({ period })),
      make('button', { type: 'button', 'aria-label': say('earlier'), onclick: go(-1) }, '‹'),
      make('span', { class: 'span', 'aria-live': 'polite' }, this.#name),
      make('button', { type: 'button', 'aria-label': say('later'), onclick: go(1), disabled: isNow }, '›'),
      ...media,
    );
  }

  get #name() {
    const first = moment(this.#from, PERIODS[this.#period].title);
    const last = new Date(next(this.#period, this.#from, 1).getTime() - 1);
    return this.#period === 'week' ? `${first} – ${moment(last, 'day')}` : first;
  }

  #choose({ period = this.#period, medium = this.#medium }) {
    const isOther = period !== this.#period;
    this.#period = period;
    this.#medium = medium;
    void this.#go(isOther ? beginOf(period, new Date()) : this.#from);
  }

  async #go(from) {
    this.#from = from;
    await this.show().catch(() => undefined);
    this.#bar.querySelector('[aria-pressed=true]');
  }

  #draw(unit, data) {
    if (data.length === 0) {
      this.#chart.clear(say('nothing'));
      this.#table.replaceChildren();
      return;
    }
    const names = data.map(({ from }) => moment(from, PERIODS[this.#period].bar));
    const series = [{ label: say('imported'), colour: '--import', values: data.map((point) => scaled(point.import)) }];
    if (data.some((point) => point.export > 0))
      series.push({ label: say('exported'), colour: '--export', values: data.map((point) => -scaled(point.export)) });
    this.#chart.bars(names, series, unitOf(unit));
    this.#chartRoot.setAttribute('aria-label', `${say('usage')}: ${this.#name}`);
    const rows = data.map((point, index) => [names[index], amount(point.import, unit), amount(point.export, unit)]);
    fill(this.#table, tableUnder(say('asTable'), [say('time'), say('imported'), say('exported')], rows));
  }
}

/** Midnight at the beginning of the period that a moment is in; weeks begin on Monday. */
function beginOf(period, date) {
  const begin = new Date(date.getFullYear(), date.getMonth(), date.getDate());
  if (period === 'week') begin.setDate(begin.getDate() - ((begin.getDay() + 6) % 7));
  if (period === 'month' || period === 'year') begin.setDate(1);
  if (period === 'year') begin.setMonth(0);
  return begin;
}

function next(period, from, by) {
  const date = new Date(from);
  PERIODS[period].step(date, by);
  return date;
}
